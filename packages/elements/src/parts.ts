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

/** Makes a style that all elements of one kind share; unlike a style element it needs no leave of a page's Content-Security-Policy. */
export function sheet(style: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(style);
  return made;
}

/** Opens an element's shadow with a style and gives it back. */
export function shadow(element: HTMLElement, style: CSSStyleSheet): ShadowRoot {
  const root = element.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [style];
  return root;
}

/** A token's text with its spaces and line ends made visible, so that nothing looks empty. */
export function visible(text: string): string {
  return text === '' ? '∅' : text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}

/** A probability 0 .. 1 as percent, with more digits where it is small. */
export function percent(probability: number): string {
  const value = probability * 100;
  if (value === 0) return '0%';
  return value < 0.01 ? '<0.01%' : `${value.toFixed(value < 1 ? 2 : 1)}%`;
}
