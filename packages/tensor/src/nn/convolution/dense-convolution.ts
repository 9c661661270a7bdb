import { add } from '../../ops/arithmetic.js';
import { matMul } from '../../ops/mat-mul.js';
import { type Op, runOp } from '../../ops/op.js';
import { reshape, transpose } from '../../ops/shape.js';
import { sum } from '../../ops/sum.js';
import type { Tensor } from '../../tensor.js';
import { flattenRows } from '../dense-linear.js';
import { fold, unfold } from './unfold.js';
import { tapsOf, type Window } from './window.js';

/** The inputs of `residual.convolution`. */
export type ConvolutionInputs = {
  /** [batch, height, width, in]. */
  readonly x: Tensor;
  /** [out, kernel height · kernel width · in / groups]. */
  readonly weight: Tensor;
  /** [out]. */
  readonly bias?: Tensor | undefined;
};

/** The inputs of `residual.convolutionInputGradient`. */
export type ConvolutionInputGradientInputs = {
  /** [batch, output height, output width, out]. */
  readonly dy: Tensor;
  /** [out, kernel height · kernel width · in / groups]. */
  readonly weight: Tensor;
};

/** The inputs of `residual.convolutionWeightGradient`. */
export type ConvolutionWeightGradientInputs = {
  /** [batch, height, width, in]. */
  readonly x: Tensor;
  /** [batch, output height, output width, out]. */
  readonly dy: Tensor;
};

/** The attributes of the three ops. */
export type ConvolutionAttributes = {
  readonly window: Window;
  /** The number of parts of the inputs and of the outputs; each part of the outputs reads one of the inputs. */
  readonly groups: number;
};

const convolutionOp: Op<ConvolutionInputs, ConvolutionAttributes> = {
  name: 'residual.convolution',
  compose: ({ x, weight, bias }, { window, groups }) => {
    const frames = framesByGroup(unfold(x, window), window, groups); // [groups, rows, taps · in / groups]
    const y = rowsOfGroups(matMul(frames, byGroup(weight, groups), { transposeB: true })); // [rows, out]
    return reshape(bias ? add(y, bias) : y, [x.shape[0]!, ...window.output, weight.shape[0]!]);
  },
  saves: ['x', 'weight'],
  gradient: (dy, { saved: { x, weight }, attributes }) => ({
    x: () => convolutionInputGradient({ dy, weight }, attributes),
    weight: () => convolutionWeightGradient({ x, dy }, attributes),
    bias: () => sum(flattenRows(dy), { axis: 0 }),
  }),
};

/** A convolution of a picture with a dense weight; the shapes fit. */
export function denseConvolution(inputs: ConvolutionInputs, attributes: ConvolutionAttributes): Tensor {
  return runOp(convolutionOp, inputs, attributes);
}

const inputGradientOp: Op<ConvolutionInputGradientInputs, ConvolutionAttributes> = {
  name: 'residual.convolutionInputGradient',
  compose: ({ dy, weight }, { window, groups }) => {
    const frames = matMul(outputsByGroup(dy, groups), byGroup(weight, groups)); // [groups, rows, taps · in / groups]
    return fold(framesOfGroups(frames, dy.shape[0]!, window), window);
  },
  saves: ['dy', 'weight'],
  gradient: (upstream, { saved: { dy, weight }, attributes }) => ({
    dy: () => denseConvolution({ x: upstream, weight }, attributes),
    weight: () => convolutionWeightGradient({ x: upstream, dy }, attributes),
  }),
};

/** The gradient of the input of a convolution, which is the transposed convolution: [batch, height, width, in]. */
export function convolutionInputGradient(
  inputs: ConvolutionInputGradientInputs,
  attributes: ConvolutionAttributes,
): Tensor {
  return runOp(inputGradientOp, inputs, attributes);
}

const weightGradientOp: Op<ConvolutionWeightGradientInputs, ConvolutionAttributes> = {
  name: 'residual.convolutionWeightGradient',
  compose: ({ x, dy }, { window, groups }) => {
    const frames = framesByGroup(unfold(x, window), window, groups);
    const all = matMul(outputsByGroup(dy, groups), frames, { transposeA: true }); // [groups, out / groups, ...]
    return reshape(all, [dy.shape[3]!, -1]);
  },
  saves: ['x', 'dy'],
  gradient: (upstream, { saved: { x, dy }, attributes }) => ({
    x: () => convolutionInputGradient({ dy, weight: upstream }, attributes),
    dy: () => denseConvolution({ x, weight: upstream }, attributes),
  }),
};

/** The gradient of the weight of a convolution: [out, kernel height · kernel width · in / groups]. */
function convolutionWeightGradient(inputs: ConvolutionWeightGradientInputs, attributes: ConvolutionAttributes): Tensor {
  return runOp(weightGradientOp, inputs, attributes);
}

/** [out, width] to [groups, out / groups, width]. */
const byGroup = (weight: Tensor, groups: number) => reshape(weight, [groups, -1, weight.shape[1]!]);

/** [batch, height, width, taps · in] to [groups, rows, taps · in / groups]. */
function framesByGroup(frames: Tensor, window: Window, groups: number): Tensor {
  const rows = flattenRows(frames);
  const width = rows.shape[1]!;
  if (groups === 1) return reshape(rows, [1, ...rows.shape]);
  const taps = tapsOf(window);
  const parts = transpose(reshape(rows, [rows.shape[0]!, taps, groups, width / taps / groups]), [2, 0, 1, 3]);
  return reshape(parts, [groups, rows.shape[0]!, width / groups]);
}

/** The inverse of `framesByGroup`. */
function framesOfGroups(frames: Tensor, batch: number, window: Window): Tensor {
  const [groups, rows, width] = frames.shape as [number, number, number];
  const shape = [batch, ...window.output, groups * width];
  if (groups === 1) return reshape(frames, shape);
  const taps = tapsOf(window);
  return reshape(transpose(reshape(frames, [groups, rows, taps, width / taps]), [1, 2, 0, 3]), shape);
}

/** [batch, height, width, out] to [groups, rows, out / groups]. */
function outputsByGroup(dy: Tensor, groups: number): Tensor {
  const rows = flattenRows(dy);
  if (groups === 1) return reshape(rows, [1, ...rows.shape]);
  return transpose(reshape(rows, [rows.shape[0]!, groups, rows.shape[1]! / groups]), [1, 0, 2]);
}

/** [groups, rows, out / groups] to [rows, out]. */
function rowsOfGroups(y: Tensor): Tensor {
  const [groups, rows, width] = y.shape as [number, number, number];
  return reshape(groups === 1 ? y : transpose(y, [1, 0, 2]), [rows, groups * width]);
}
