import { messageOf } from './messages.js';

/** The element of the page with this id. Errors if index.html lacks it. */
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

/** The label of the control for an option: the control with that id, or with that `data-option` if its id differs. */
const labelOf = (option: string): string | undefined => {
  const control = document.getElementById(option) ?? document.querySelector(`[data-option="${CSS.escape(option)}"]`);
  return control?.closest('label')?.firstChild?.textContent?.trim() || undefined;
};

/** Shows a sentence with a button that dismisses it, or hides the element. */
function show(element: HTMLElement, sentence: string | undefined): void {
  const before = document.activeElement;
  element.hidden = sentence === undefined;
  element.replaceChildren();
  if (sentence === undefined) return;
  const dismiss = make('button', { type: 'button', className: 'dismiss', ariaLabel: 'Dismiss this message' });
  dismiss.addEventListener('click', () => {
    show(element, undefined);
    if (before instanceof HTMLElement) before.focus();
  });
  element.append(sentence, dismiss);
}

/**
 * Shows an error as a sentence for visitors, also for screen readers, or hides the last one. It can be dismissed, also
 * with Escape. The error of the page disappears at the next input, which may have fixed its cause.
 */
export function showError(error?: unknown, id = 'error'): void {
  const element = byId(id);
  show(element, error === undefined ? undefined : messageOf(error, labelOf));
  if (dismissOnEscape(element) && id === 'error') document.addEventListener('input', () => show(element, undefined));
}

/** Lets Escape dismiss an element; returns whether that is new. */
function dismissOnEscape(element: HTMLElement): boolean {
  if (element.dataset.wired) return false;
  element.dataset.wired = 'true';
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') show(element, undefined);
  });
  return true;
}

/** Shows a notice at the top of the page until it is dismissed; without a sentence hides the last one. */
export function showNotice(sentence?: string): void {
  let element = document.getElementById('notice');
  if (!element) {
    element = make('p', { id: 'notice', className: 'notice', role: 'status' });
    document.querySelector('header')!.append(element);
  }
  show(element, sentence === '' ? undefined : sentence);
  dismissOnEscape(element);
}

/** Waits for work and shows its error, unless it was aborted. */
export async function reportFailure(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) showError(error);
  }
}

/** Runs an action of the visitor and shows its error instead of the last one, unless it was aborted. */
export function attempt(act: () => Promise<void> | void): Promise<void> {
  showError();
  return reportFailure((async () => act())());
}

/** Runs an action at each event of an element and shows its error. */
export function on(id: string, event: string, act: () => Promise<void> | void): void {
  byId(id).addEventListener(event, event => {
    event.preventDefault();
    attempt(act);
  });
}

/** Lets the button with this id copy the address of the page; the element with the other id says so. */
export function wireCopyLink(statusId: string, id = 'copy'): void {
  on(id, 'click', async () => {
    await navigator.clipboard.writeText(location.href);
    byId(statusId).textContent = 'The link is copied.';
  });
}

/** Calls `act` with the files that are chosen in the input with this id, or dropped on the page; a zip is unpacked. */
export function onFiles(id: string, act: (files: readonly File[]) => Promise<void> | void): void {
  const take = async (files: readonly File[]) =>
    act(files.some(isZip) ? await (await import('./zip.js')).unzipFiles(files) : files);
  on(id, 'change', () => take([...(byId<HTMLInputElement>(id).files ?? [])]));
  for (const event of ['dragover', 'drop']) addEventListener(event, event => event.preventDefault());
  addEventListener('drop', ({ dataTransfer }) => {
    const files = [...(dataTransfer?.files ?? [])];
    if (files.length > 0) attempt(() => take(files));
  });
}

/** Whether the name of a file ends in `.zip`. */
export const isZip = ({ name }: File): boolean => /\.zip$/i.test(name);
