/** The colours of the page, as a canvas and WebGL take them. */
export interface Colours {
  readonly ink: string;
  readonly paper: string;
  readonly muted: string;
  readonly accent: string;
  readonly line: string;
}

/** The colours at an element of the page, in light or dark mode. */
export function colours(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--residual-${name})`;
    return getComputedStyle(probe).color;
  };
  const result = {
    ink: read('ink'),
    paper: read('surface'),
    muted: read('muted'),
    accent: read('accent'),
    line: read('line'),
  };
  probe.remove();
  return result;
}
