/** Makes an element with attributes and children; text is text, never markup. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * A style sheet that all elements of one kind share. Unlike a style element it is allowed under every
 * Content-Security-Policy.
 */
export function sheet(...styles: readonly string[]): CSSStyleSheet {
  const styleSheet = new CSSStyleSheet();
  styleSheet.replaceSync(styles.join(''));
  return styleSheet;
}

/** Opens the shadow root of an element with a style sheet and returns it. */
export function shadow(element: HTMLElement, style: CSSStyleSheet): ShadowRoot {
  const root = element.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [style];
  return root;
}

/** Styles that all elements share: the colours of the page if it defines them, else defaults. */
export const base = `
:host {
  display: block; min-width: 0; box-sizing: border-box;
  --accent: var(--residual-accent, light-dark(#3a4fb8, #9fb1ff));
  --ink: var(--residual-ink, CanvasText); --paper: var(--residual-paper, Canvas);
  --muted: var(--residual-muted, color-mix(in srgb, CanvasText 72%, Canvas));
  --line: var(--residual-line, color-mix(in srgb, CanvasText 16%, Canvas));
  --mono: var(--residual-mono, ui-monospace, monospace);
}
:host([hidden]) { display: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;

/** Defines a custom element with a style sheet that its instances share. Does nothing if it is already defined. */
export function define(
  name: string,
  styles: readonly string[],
  create: (style: CSSStyleSheet) => CustomElementConstructor,
): void {
  if (!customElements.get(name)) customElements.define(name, create(sheet(base, ...styles)));
}

/** Makes an SVG element with attributes. */
export function makeSvg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Fires an event that also leaves the shadow root. */
export function fire(element: HTMLElement, name: string, detail: unknown): void {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}

/** Calls `act` with the option of a listbox under the pointer or with the focus. */
export function onOption(list: HTMLElement, pointer: string, act: (option: HTMLElement) => void): void {
  for (const event of [pointer, 'pointerdown', 'focusin'])
    list.addEventListener(event, ({ target }) => {
      const option = (target as Element).closest<HTMLElement>('[role=option]');
      if (option) act(option);
    });
}

/** Selects one of some options, which becomes the tab stop. */
export function selectOption(options: Iterable<HTMLElement>, selected: HTMLElement): void {
  for (const option of options) {
    option.setAttribute('aria-selected', String(option === selected));
    option.tabIndex = option === selected ? 0 : -1;
  }
}

/** The index to which a key moves in a list of `count` items, maybe outside of it; undefined for other keys. */
export function listMove(
  key: string,
  from: number,
  count: number,
  [previous, next]: readonly [string, string] = ['ArrowUp', 'ArrowDown'],
): number | undefined {
  return { [previous]: from - 1, [next]: from + 1, Home: 0, End: count - 1 }[key];
}

/** Moves the focus in a vertical list of buttons, of which Tab reaches one; other keys and the ends do nothing. */
export function moveInList(event: KeyboardEvent, buttons: readonly HTMLElement[]): void {
  const from = buttons.findIndex(button => button.matches(':focus'));
  const to = listMove(event.key, from, buttons.length);
  if (from < 0 || to === undefined || !buttons[to]) return;
  event.preventDefault();
  for (const [i, button] of buttons.entries()) button.tabIndex = i === to ? 0 : -1;
  buttons[to].focus();
}

/** The step of an arrow key in a grid, in rows and columns; undefined for other keys. */
export function gridMove(key: string): readonly [rows: number, columns: number] | undefined {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
  };
  return steps[key];
}

/** Calls `act` when the page changes between light and dark mode, until the signal aborts. */
export function onColourScheme(act: () => void, signal: AbortSignal): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', act, { signal });
}

/** The text of a token with visible spaces and line ends, so that no token looks empty. */
export function showSpaces(text: string): string {
  return text === '' ? '∅' : text.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '⇥');
}

/** A probability 0 .. 1 as a percentage, with more digits if it is small. */
export function percent(probability: number): string {
  const value = probability * 100;
  if (value === 0) return '0%';
  return value < 0.01 ? '<0.01%' : `${value.toFixed(value < 1 ? 2 : 1)}%`;
}
