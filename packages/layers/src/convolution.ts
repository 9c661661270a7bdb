import { convolution as apply, expectInteger, expectOptions, expectValue, type Tensor } from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type MatrixNeed, matrix, type Role, type VectorNeed, vector } from './needs.js';

/** The layer of `convolution1d` and `convolution2d`, with weight [out, kernel size · in / groups] and bias [out]. */
export interface Convolution extends Layer<{ weight: MatrixNeed; bias: VectorNeed | undefined }, Tensor, Tensor> {}

/** Settings that both convolutions have. */
interface CommonOptions {
  /** Width of the input. */
  readonly in: number;
  /** Width of the output. */
  readonly out: number;
  /**
   * The number of parts into which the input and the output are split, each part of the output reading one of the
   * input; 1 if absent. A depthwise convolution has as many groups as inputs.
   */
  readonly groups?: number;
  /** Whether a bias is added; true if absent. */
  readonly bias?: boolean;
  /** The role of the matrix, for counting; 'other' if absent. */
  readonly role?: Role;
  /** Standard deviation of the initial weights; 1 / √(3 · the number of entries that an output sees) if absent. */
  readonly std?: number;
}

/** Settings of `convolution1d`. */
export interface Convolution1dOptions extends CommonOptions {
  /** How many positions a window sees. */
  readonly kernelSize: number;
  /** The distance of neighbouring windows; 1 if absent. */
  readonly stride?: number;
  /** The distance of neighbouring positions of one window; 1 if absent. */
  readonly dilation?: number;
  /** How many zeros are added on either side, or before and after; none if absent. */
  readonly padding?: number | readonly [before: number, after: number];
}

/**
 * A convolution over a sequence: [batch, length, in] to [batch, output length, out], where output length is
 * ⌊(length + padding - dilation · (kernelSize - 1) - 1) / stride⌋ + 1. The columns of the weight, [out, kernelSize · in
 * / groups], are the inputs of the first position of the window, then those of the second, and so on.
 */
export function convolution1d(options: Convolution1dOptions): Convolution {
  return convolutionOfSequences('convolution1d', options);
}

/** `convolution1d` under the name of another caller. */
export function convolutionOfSequences(caller: string, options: Convolution1dOptions): Convolution {
  expectOptions(caller, options, names);
  const { kernelSize, stride = 1, dilation = 1 } = options;
  const sides: readonly number[] = paddingOf(options);
  return compose(caller, 1, options, {
    kernelSize: [kernelSize],
    stride: [stride],
    dilation: [dilation],
    before: sides.slice(0, 1),
    after: sides.slice(1),
  });
}

/** The zeros before and after a sequence. */
export function paddingOf({ padding = 0 }: Convolution1dOptions): readonly [before: number, after: number] {
  return typeof padding === 'number' ? [padding, padding] : padding;
}

/** A number for both axes of a picture, or one for the height and one for the width. */
export type Size = number | readonly [height: number, width: number];

/** Settings of `convolution2d`. */
export interface Convolution2dOptions extends CommonOptions {
  /** How many positions a window sees. */
  readonly kernelSize: Size;
  /** The distance of neighbouring windows; 1 if absent. */
  readonly stride?: Size;
  /** The distance of neighbouring positions of one window; 1 if absent. */
  readonly dilation?: Size;
  /** How many zeros are added on either side; none if absent. */
  readonly padding?: Size;
}

/**
 * A convolution over pictures: [batch, height, width, in] to [batch, output height, output width, out], with the output
 * lengths of `convolution1d`. The columns of the weight, [out, kernel height · kernel width · in / groups], are the
 * inputs of the positions of the window, row by row.
 */
export function convolution2d(options: Convolution2dOptions): Convolution {
  expectOptions('convolution2d', options, names);
  const { kernelSize, stride = 1, dilation = 1, padding = 0 } = options;
  const [before, after] = [bothOf(padding), bothOf(padding)];
  return compose('convolution2d', 2, options, {
    kernelSize: bothOf(kernelSize),
    stride: bothOf(stride),
    dilation: bothOf(dilation),
    before,
    after,
  });
}

const names = {
  in: 1,
  out: 1,
  kernelSize: 1,
  stride: 0,
  dilation: 0,
  padding: 0,
  groups: 0,
  bias: 0,
  role: 0,
  std: 0,
} as const;

/** The numbers of a size for height and width. */
export function bothOf(size: Size): readonly number[] {
  return typeof size === 'number' ? [size, size] : size;
}

/** The window of a convolution, with a number for each axis of positions. */
interface ConvolutionWindow {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

function compose(caller: string, axes: 1 | 2, options: CommonOptions, window: ConvolutionWindow): Convolution {
  const { in: inDim, out, groups = 1, bias = true, role } = options;
  const { before, after, ...sizes } = window;
  expectSizes(caller, sizes, 1, axes);
  expectSizes(caller, { padding: axes === 1 ? [...before, ...after] : before }, 0, 2);
  expectInteger(caller, 'groups', groups, { min: 1 });
  for (const [name, width] of Object.entries({ in: inDim, out }))
    expectValue(width % groups === 0, caller, name, width, `a multiple of the ${groups} groups`);
  const inAxes = [...window.kernelSize, inDim / groups];
  const width = inAxes.reduce((product, length) => product * length, 1);
  const std = options.std ?? 1 / Math.sqrt(3 * width);
  const padding = before.map((length, axis) => [length, after[axis]!] as const);
  return layer(
    { weight: matrix([out, width], { role, std, inAxes }), bias: bias ? vector([out]) : undefined },
    (w, x: Tensor) => apply(x, w.weight, w.bias, { ...sizes, padding, groups }),
    { name: caller, inDim, outDim: out, flops: () => 2 * width * out },
  );
}

/** Throws unless each of the lists has `count` whole numbers, none below `min`. */
function expectSizes(caller: string, lists: Readonly<Record<string, readonly number[]>>, min: number, count: number) {
  for (const [name, values] of Object.entries(lists)) {
    expectValue(
      values.length === count,
      caller,
      name,
      values,
      count === 1 ? 'a number' : `a number or ${count} of them`,
    );
    for (const value of values) expectInteger(caller, name, value, { min });
  }
}
