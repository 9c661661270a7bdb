import { expectOptions, expectValue } from '@residual/base';
import { expectShape, showShape } from '../../errors.js';

/** How a window moves over positions. Lists have a number for each axis of positions: [length] or [height, width]. */
export interface WindowOptions {
  /** The number of positions that a window sees along each axis. */
  readonly kernelSize: readonly number[];
  /** The distance of neighbouring windows; 1 if absent. */
  readonly stride?: readonly number[] | undefined;
  /** The distance of neighbouring positions of one window; 1 if absent. */
  readonly dilation?: readonly number[] | undefined;
  /** How many positions are added before the first and after the last; none if absent. */
  readonly padding?: readonly (readonly [before: number, after: number])[] | undefined;
}

/** The names of `WindowOptions`, for `expectOptions`. */
export const windowOptionNames = { kernelSize: 1, stride: 0, dilation: 0, padding: 0 } as const;

/** A number for the height and one for the width. Positions along one axis have height 1. */
export type Pair = readonly [height: number, width: number];

/** Windows over the positions of a picture: the window at (row, column) begins at row · stride - before. */
export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** The positions before the first one. */
  readonly before: Pair;
  /** The number of positions that are read. */
  readonly input: Pair;
  /** The number of windows. */
  readonly output: Pair;
}

/**
 * The windows over x [batch, length, dim] or [batch, height, width, dim]. Errors, naming the caller, if the options
 * do not have a number for each axis of positions, or a window does not fit into the padded positions.
 */
export function windowOver(
  caller: string,
  { shape }: { readonly shape: readonly number[] },
  options: WindowOptions,
): Window {
  const axes = shape.length - 2;
  expectShape(
    axes === 1 || axes === 2,
    () => `${caller}: x ${showShape(shape)} is not [batch, length, dim] or [batch, height, width, dim]`,
  );
  const ones = Array.from({ length: axes }, () => 1);
  const { kernelSize, stride = ones, dilation = ones, padding = ones.map(() => [0, 0] as const) } = options;
  const expectNumbers = (name: string, values: readonly number[], min: number) =>
    expectValue(
      Array.isArray(values) &&
        values.length === axes &&
        values.every(value => Number.isInteger(value) && value >= min && value < 2 ** 24),
      caller,
      name,
      values,
      `${axes} whole number${axes === 1 ? '' : 's'}, ${min} or more`,
    );
  expectNumbers('kernelSize', kernelSize, 1);
  expectNumbers('stride', stride, 1);
  expectNumbers('dilation', dilation, 1);
  for (const side of [0, 1] as const)
    expectNumbers(
      side === 0 ? 'padding before' : 'padding after',
      padding.map(both => both[side]),
      0,
    );
  const input = shape.slice(1, -1);
  const output = input.map((length, axis) => {
    const [before, after] = padding[axis]!;
    const span = (kernelSize[axis]! - 1) * dilation[axis]! + 1;
    const padded = length + before + after;
    expectShape(
      padded >= span,
      () => `${caller}: ${padded} positions, padding included, are fewer than the ${span} that a window spans`,
    );
    return Math.floor((padded - span) / stride[axis]!) + 1;
  });
  const pair = (values: readonly number[], height: number): Pair =>
    values.length === 2 ? [values[0]!, values[1]!] : [height, values[0]!];
  const before = padding.map(([first]) => first);
  return {
    ...{ kernel: pair(kernelSize, 1), stride: pair(stride, 1), dilation: pair(dilation, 1), before: pair(before, 0) },
    ...{ input: pair(input, 1), output: pair(output, 1) },
  };
}

/** Throws, naming the caller, unless the names of the options are those of windows and the others. */
export function expectWindowOptions(caller: string, options: WindowOptions, others: Record<string, 0 | 1> = {}): void {
  expectOptions(caller, options, { ...windowOptionNames, ...others });
}

/** The number of positions that a window sees. */
export function tapsOf({ kernel: [height, width] }: Window): number {
  return height * width;
}

/** Whether each window is one position and each position one window, in order. */
export function isIdentity(window: Window): boolean {
  const { stride, before, input, output } = window;
  return (
    tapsOf(window) === 1 &&
    [0, 1].every(axis => stride[axis] === 1 && before[axis] === 0 && input[axis] === output[axis])
  );
}

/** Whether the windows read positions before the first or after the last. */
export function readsPadding({ kernel, stride, dilation, before, input, output }: Window): boolean {
  return [0, 1].some(axis => {
    const last = (output[axis]! - 1) * stride[axis]! - before[axis]! + (kernel[axis]! - 1) * dilation[axis]!;
    return before[axis]! > 0 || last >= input[axis]!;
  });
}

/**
 * The windows `start` to before `start + count` along an axis, over the part of the input that they read, which begins
 * at the position that is returned.
 */
export function partOfWindows(
  window: Window,
  axis: 0 | 1,
  start: number,
  count: number,
): { readonly window: Window; readonly start: number } {
  const { kernel, stride, dilation, before, input } = window;
  const first = start * stride[axis] - before[axis];
  const end = first + (count - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
  const from = Math.min(Math.max(first, 0), input[axis] - 1);
  const length = Math.max(1, Math.min(end, input[axis]) - from);
  const along = (pair: Pair, value: number): Pair => (axis === 0 ? [value, pair[1]] : [pair[0], value]);
  return {
    start: from,
    window: {
      ...window,
      before: along(before, from - first),
      input: along(input, length),
      output: along(window.output, count),
    },
  };
}

/** Calls `onTap` for each position that each window sees, in order; `position` is undefined in the padding. */
export function forEachTap(window: Window, onTap: (tap: number, position: number | undefined) => void): void {
  const { kernel, stride, dilation, before, input, output } = window;
  let tap = 0;
  for (let row = 0; row < output[0]; row++)
    for (let column = 0; column < output[1]; column++)
      for (let i = 0; i < kernel[0]; i++) {
        const y = row * stride[0] - before[0] + i * dilation[0];
        for (let j = 0; j < kernel[1]; j++) {
          const x = column * stride[1] - before[1] + j * dilation[1];
          const isInside = y >= 0 && y < input[0] && x >= 0 && x < input[1];
          onTap(tap++, isInside ? y * input[1] + x : undefined);
        }
      }
}
