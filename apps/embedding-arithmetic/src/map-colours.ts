import { colourOf } from '@residual/appkit';

/** The colours of the page, as a canvas and WebGL take them. */
export interface Colours {
  readonly ink: string;
  readonly paper: string;
  readonly muted: string;
  readonly accent: string;
  /** The colours of families of pairs. */
  readonly families: readonly string[];
}

/** The colours at an element of the page, in light or dark mode. */
export function colours(element: HTMLElement): Colours {
  const read = (name: string) => colourOf(element, `--${name}`);
  return {
    ink: read('residual-ink'),
    paper: read('residual-surface'),
    muted: read('residual-muted'),
    accent: read('residual-accent'),
    families: [0, 1, 2].map(index => read(`family-${index}`)),
  };
}
