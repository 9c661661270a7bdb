/** The element of the page with this id; errors when index.html lacks it. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (!element) throw new Error(`page: there is no #${id}`);
  return element as Kind;
}

/** An element with a class and children. */
export function make(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** Says in a place of the page what went wrong, for everyone to see and a screen reader to say; nothing hides it. */
export function showError(id: string, error?: unknown): void {
  const place = byId(id);
  place.hidden = error === undefined;
  place.textContent = error === undefined ? '' : wordsOf(error);
}

/** An error as a sentence for someone who did not write the function that it names. */
function wordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, rest = message] =
    /^(?:arithmetic|parseExpression|direction|project|wordVectors): (.*)$/s.exec(message) ?? [];
  return `${rest[0]!.toUpperCase()}${rest.slice(1)}.`.replace(/\.\.$/, '.');
}

/** Runs only the newest of what was asked for: what comes back after another was asked is not shown. */
export function newest(): <T>(work: Promise<T>) => Promise<T | undefined> {
  let last = 0;
  return async work => {
    const own = ++last;
    try {
      const result = await work;
      return own === last ? result : undefined;
    } catch (error) {
      if (own === last) throw error;
      return undefined;
    }
  };
}
