import { colourOf } from '@residual/appkit';

/** Red, green and blue from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** The colours of the picture for levels from 0 to 1: silence, the accent of the page, and its ink. */
export interface Palette {
  readonly quiet: Colour;
  readonly middle: Colour;
  readonly loud: Colour;
}

/** Reads the palette from the colours of the page, which change with light and dark mode. */
export function paletteOf(element: HTMLElement): Palette {
  return {
    quiet: numbersOf(colourOf(element, '--residual-sunken')),
    middle: numbersOf(colourOf(element, '--residual-accent')),
    loud: numbersOf(colourOf(element, '--residual-ink')),
  };
}

function numbersOf(colour: string): Colour {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The colour of a level: from quiet over the middle at 0.6 to loud. */
export function mixed({ quiet, middle, loud }: Palette, level: number): Colour {
  const [from, to, share] = level < 0.6 ? [quiet, middle, level / 0.6] : [middle, loud, (level - 0.6) / 0.4];
  const eased = level < 0.6 ? share ** 1.6 : share;
  return [0, 1, 2].map(i => from[i]! + (to[i]! - from[i]!) * eased) as unknown as Colour;
}
