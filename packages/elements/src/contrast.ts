/** A colour, 0 .. 255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Converts a CSS colour with a canvas, 0 .. 255 each; ignores alpha. */
export function colourOf(context: CanvasRenderingContext2D, css: string): Colour {
  context.fillStyle = css;
  const text = String(context.fillStyle); // #rrggbb, or rgba(...)
  const hex = /^#(..)(..)(..)$/.exec(text);
  const numbers = hex ? hex.slice(1).map(pair => Number.parseInt(pair, 16)) : (text.match(/[\d.]+/g) ?? []).map(Number);
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0];
}

const luminance = (colour: Colour) => {
  const [red, green, blue] = colour.map(value => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** The contrast ratio of two colours, 1 .. 21 (WCAG 2.2). */
export function contrast(one: Colour, other: Colour): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Blends a colour over another one with an opacity 0 .. 1. */
export function over(above: Colour, below: Colour, opacity: number): Colour {
  return [0, 1, 2].map(i => opacity * above[i]! + (1 - opacity) * below[i]!) as unknown as Colour;
}
