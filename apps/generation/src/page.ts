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
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** A count of bytes as megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
