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
:host { display: block; min-width: 0; box-sizing: border-box;
  --accent: var(--residual-accent, light-dark(#3a4fb8, #9fb1ff)); --ink: var(--residual-ink, CanvasText); --paper: var(--residual-paper, Canvas);
  --muted: var(--residual-muted, color-mix(in srgb, CanvasText 72%, Canvas)); --line: var(--residual-line, color-mix(in srgb, CanvasText 16%, Canvas));
  --mono: var(--residual-mono, ui-monospace, monospace); }
:host([hidden]) { display: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;

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
