import { fixed, printableName } from './format.js';
import { colorOf, type PictureLine } from './picture.js';
import type { Screen } from './screen.js';
import { fitted, textWidth } from './text-width.js';

/** A number with its label. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

const [maxLabel, numberWidth] = [44, 10];
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How bars are drawn. */
export interface BarOptions {
  /** The number of a full bar; the largest one if absent. */
  readonly limit?: number;
  /** The columns of the labels; those of the longest one if absent. */
  readonly labelWidth?: number;
}

/**
 * Numbers as horizontal bars from a common zero, in the width of a screen: to the left negative, to the right positive.
 */
export function bars(values: readonly Bar[], screen: Screen, options: BarOptions = {}): PictureLine[] {
  const longest = Math.max(0, ...values.map(({ label }) => textWidth(printableName(label))));
  const { labelWidth = Math.min(maxLabel, longest), limit = 0 } = options;
  const space = Math.max(4, screen.width - labelWidth - numberWidth - 3);
  const least = Math.min(0, ...values.map(({ value }) => value));
  const most = Math.max(limit, ...values.map(({ value }) => value));
  const unit = space / Math.max(most - least, Number.MIN_VALUE);
  const zero = Math.round(-least * unit);
  return values.map(({ label, value }) => {
    const text = `${fitted(label, labelWidth)} ${fixed(value, 4).padStart(numberWidth)} `;
    const length = Math.min(space, Math.abs(value) * unit);
    const bar =
      value < 0
        ? '█'.repeat(Math.min(zero, Math.round(length))).padStart(zero)
        : `${' '.repeat(zero)}${'█'.repeat(Math.floor(length))}${eighths[Math.floor((length % 1) * 8)]}`;
    return [{ text }, { text: bar, color: colorOf(value < 0 ? -0.9 : 0.9, 'diverging') }];
  });
}
