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

/** Opens an element's shadow with a style and gives it back. */
export function shadow(element: HTMLElement, style: string): ShadowRoot {
  const root = element.attachShadow({ mode: 'open' });
  root.append(make('style', {}, style));
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
