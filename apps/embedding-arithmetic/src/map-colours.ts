/** The page's colours as numbers that a canvas and WebGL understand. */
export interface Colours {
  readonly ink: string;
  readonly paper: string;
  readonly muted: string;
  readonly accent: string;
  readonly line: string;
}

/** The colours that are in force at a place of the page, light or dark. */
export function colours(place: HTMLElement): Colours {
  const probe = document.createElement('span');
  probe.hidden = true;
  place.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--residual-${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    ink: read('ink'),
    paper: read('surface'),
    muted: read('muted'),
    accent: read('accent'),
    line: read('line'),
  };
  probe.remove();
  return found;
}
