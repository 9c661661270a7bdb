/** The element of the page with this id; errors when index.html lacks it. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (!element) throw new Error(`page: there is no #${id}`);
  return element as Kind;
}

/** Shows an error where everyone sees it and a screen reader says it; nothing hides it. */
export function showError(error?: unknown): void {
  const place = byId('error');
  place.hidden = error === undefined;
  place.textContent = error === undefined ? '' : error instanceof Error ? error.message : String(error);
}

/** Whether an error only says that someone stopped what ran. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Runs what someone asked for; what goes wrong is shown until the next thing is asked for. */
export async function attempt(act: () => Promise<void> | void): Promise<void> {
  showError();
  try {
    await act();
  } catch (error) {
    if (!isAbort(error)) showError(error);
  }
}

/** Does something each time an element is used. */
export function on(id: string, event: string, act: () => Promise<void> | void): void {
  byId(id).addEventListener(event, given => {
    given.preventDefault();
    attempt(act);
  });
}

/** A count of bytes as megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Collects what comes and hands it on once a frame, so that a fast model leaves the page its time; `flush` hands on what is left. */
export function perFrame<Item>(act: (items: readonly Item[]) => void): { add(item: Item): void; flush(): void } {
  let items: Item[] = [];
  const flush = () => {
    const ready = items;
    items = [];
    if (ready.length > 0) act(ready);
  };
  return {
    add: item => {
      if (items.push(item) === 1) requestAnimationFrame(flush);
    },
    flush,
  };
}
