/** The element of the page with this id; errors when index.html lacks it. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const element = document.getElementById(id);
  if (!element) throw new Error(`page: there is no #${id}`);
  return element as Kind;
}

/** Makes an element with properties and children; text is text, never markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

/** Shows an error where everyone sees it and a screen reader says it, or takes the last one away; nothing else hides it. */
export function showError(error?: unknown, id = 'error'): void {
  const place = byId(id);
  place.hidden = error === undefined;
  place.textContent = error === undefined ? '' : error instanceof Error ? error.message : String(error);
}

/** Runs what someone asked for; what goes wrong, other than that it was stopped, is shown until the next thing is asked for. */
export async function attempt(act: () => Promise<void> | void): Promise<void> {
  showError();
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) showError(error);
  }
}

/** Does something each time an element is used. */
export function on(id: string, event: string, act: () => Promise<void> | void): void {
  byId(id).addEventListener(event, given => {
    given.preventDefault();
    attempt(act);
  });
}

/** Takes files that someone chooses in the input with this id, or drops anywhere on the page; a zip counts as the files in it. */
export function onFiles(id: string, act: (files: readonly File[]) => Promise<void> | void): void {
  const take = async (files: readonly File[]) =>
    act(files.some(isZip) ? await (await import('./zip.js')).unpacked(files) : files);
  on(id, 'change', () => take([...(byId<HTMLInputElement>(id).files ?? [])]));
  for (const event of ['dragover', 'drop']) addEventListener(event, given => given.preventDefault());
  addEventListener('drop', ({ dataTransfer }) => {
    const files = [...(dataTransfer?.files ?? [])];
    if (files.length > 0) attempt(() => take(files));
  });
}

/** Whether a file is called a zip. */
export const isZip = ({ name }: File): boolean => /\.zip$/i.test(name);
