import { printableName } from './format.js';
import type { Screen } from './screen.js';

/** Red, green and blue, each from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** A part of a line, with a colour behind it or of the text itself. */
export interface Span {
  readonly text: string;
  readonly background?: Color | undefined;
  readonly color?: Color | undefined;
}

/** A line of a picture. */
export type PictureLine = readonly Span[];

/** Writes a picture to standard output, in the colours that the screen has; control characters in texts are escaped. */
export function printPicture(lines: readonly PictureLine[], screen: Screen): void {
  for (const line of lines) process.stdout.write(`${styledLine(line, screen)}\n`);
}

/** A line with the escape sequences of its colours. */
export function styledLine(line: PictureLine, { colors }: Pick<Screen, 'colors'>): string {
  const texts = line.map(({ text, background, color }) => {
    const plain = printableName(text);
    if (colors === 'none' || !(background || color)) return plain;
    const behind = background ? `\u001b[48;${colorCode(background, colors)}m` : '';
    const front = color ?? (background && (luminance(background) > 140 ? [0, 0, 0] : [255, 255, 255]));
    return `${behind}\u001b[38;${colorCode(front as Color, colors)}m${plain}\u001b[0m`;
  });
  return colors === 'none' ? texts.join('').trimEnd() : texts.join('');
}

function colorCode(color: Color, colors: '24-bit' | '256'): string {
  if (colors === '24-bit') return `2;${color.map(Math.round).join(';')}`;
  const [red, green, blue] = color.map(value => Math.round((value / 255) * 5)) as [number, number, number];
  return `5;${16 + 36 * red + 6 * green + blue}`; // the cube of 6 × 6 × 6 colours
}

const luminance = ([red, green, blue]: Color) => 0.299 * red + 0.587 * green + 0.114 * blue;

/** The colours of numbers from 0 to 1: viridis, from dark purple to yellow. */
const sequentialStops: readonly Color[] = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
];

/** The colours of numbers from -1 to 1: blue, white at 0, red. */
const divergingStops: readonly Color[] = [
  [33, 102, 172],
  [146, 197, 222],
  [247, 247, 247],
  [244, 165, 130],
  [178, 24, 43],
];

/** How numbers become colours: from 0 upwards, or from negative by 0 to positive. */
export type Scale = 'sequential' | 'diverging';

/** The colour of a share: 0 to 1 of a sequential scale, -1 to 1 of a diverging one; what is beyond is cut. */
export function colorOf(share: number, scale: Scale): Color {
  const stops = scale === 'sequential' ? sequentialStops : divergingStops;
  const along = scale === 'sequential' ? share : (share + 1) / 2;
  const place = Math.min(1, Math.max(0, along)) * (stops.length - 1);
  const index = Math.min(Math.floor(place), stops.length - 2);
  const [from, to] = [stops[index]!, stops[index + 1]!];
  return [0, 1, 2].map(i => from[i]! + (to[i]! - from[i]!) * (place - index)) as unknown as Color;
}

const shades = ' ░▒▓█';

/** The block character of a share from -1 to 1, by its size: none below 1/8, full from 7/8. */
export function shadeOf(share: number): string {
  return shades[Math.round(Math.min(1, Math.abs(share)) * (shades.length - 1))]!;
}
