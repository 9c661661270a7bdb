/** The colours that a hue is named by, each with its place on the circle of hues, from 0 to 1. */
export const hues = { red: 0, orange: 0.08, yellow: 0.145, green: 0.35, blue: 0.58, purple: 0.77, pink: 0.92 } as const;

/** The name of a hue. */
export type Hue = keyof typeof hues;

/** What the colours of a picture have in common. */
export interface Colouring {
  /** The mean hue of what is coloured, from 0 to 1. */
  readonly hue: number;
  /** How alike the hues are: 1 if all are the same, 0 if they cancel out. */
  readonly unity: number;
  /** The share of the picture, where it is not transparent, that is coloured. */
  readonly share: number;
}

/** The saturation from which a pixel counts as coloured. */
const leastSaturation = 0.25;

/** The colouring of premultiplied RGBA from 0 to 1, [pixels, 4]. */
export function colouringOf(x: Float32Array): Colouring {
  let [east, north, total, coloured, opaque] = [0, 0, 0, 0, 0];
  for (let at = 0; at < x.length; at += 4) {
    const alpha = x[at + 3]!;
    if (alpha < 0.01) continue;
    opaque += alpha;
    const { hue, saturation, value } = hueOf(x[at]! / alpha, x[at + 1]! / alpha, x[at + 2]! / alpha);
    if (saturation < leastSaturation || value < 0.2) continue;
    const weight = alpha * saturation;
    coloured += alpha;
    total += weight;
    east += weight * Math.cos(2 * Math.PI * hue);
    north += weight * Math.sin(2 * Math.PI * hue);
  }
  const hue = Math.atan2(north, east) / (2 * Math.PI);
  return {
    hue: hue < 0 ? hue + 1 : hue,
    unity: total === 0 ? 0 : Math.hypot(east, north) / total,
    share: opaque === 0 ? 0 : coloured / opaque,
  };
}

/** Turns the hues of premultiplied RGBA, [pixels, 4], in place, by a share of the circle. */
export function turnHues(x: Float32Array, turn: number): void {
  for (let at = 0; at < x.length; at += 4) {
    const [red, green, blue] = [x[at]!, x[at + 1]!, x[at + 2]!];
    const largest = Math.max(red, green, blue);
    const range = largest - Math.min(red, green, blue);
    if (range === 0) continue;
    const { hue } = hueOf(red, green, blue);
    for (const [channel, start] of [5, 3, 1].entries()) {
      const k = (start + 6 * (hue + turn + 1)) % 6;
      x[at + channel] = largest - range * Math.max(0, Math.min(k, 4 - k, 1));
    }
  }
}

/** The hue, saturation and value of a colour from 0 to 1 (Smith 1978). */
export function hueOf(red: number, green: number, blue: number) {
  const largest = Math.max(red, green, blue);
  const range = largest - Math.min(red, green, blue);
  const sixth =
    range === 0
      ? 0
      : largest === red
        ? (green - blue) / range
        : largest === green
          ? (blue - red) / range + 2
          : (red - green) / range + 4;
  return { hue: (((sixth / 6) % 1) + 1) % 1, saturation: largest === 0 ? 0 : range / largest, value: largest };
}
