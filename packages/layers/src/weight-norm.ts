import {
  convolution as apply,
  expectValue,
  type Matrix,
  mergeLowRank,
  mul,
  reshape,
  rsqrt,
  square,
  sum,
  type Tensor,
} from '@residual/tensor';
import { type Convolution1dOptions, convolutionOfSequences, paddingOf } from './convolution.js';
import { type Layer, layer } from './layer.js';
import { type MatrixNeed, type VectorNeed, vector } from './needs.js';

/**
 * The layer of `weightNormConvolution1d`: magnitude [kernelSize] or [out], direction [out, kernelSize · in / groups].
 */
export interface WeightNormConvolution
  extends Layer<
    { readonly magnitude: VectorNeed; readonly direction: MatrixNeed; readonly bias: VectorNeed | undefined },
    Tensor,
    Tensor
  > {}

/** Settings of `weightNormConvolution1d`. */
export interface WeightNormOptions extends Convolution1dOptions {
  /** What has a magnitude of its own: each position of the window, or each output; 'positions' if absent. */
  readonly magnitudes?: 'positions' | 'outputs';
}

/**
 * `convolution1d` whose weight is given by its direction and, for each position of the window or each output, its
 * magnitude: weight = magnitude · direction / ‖direction‖, the norm being that of all entries for the position or the
 * output (Salimans and Kingma 2016). [batch, length, in] to [batch, output length, out].
 */
export function weightNormConvolution1d({
  magnitudes = 'positions',
  ...options
}: WeightNormOptions): WeightNormConvolution {
  const { needs, about } = convolutionOfSequences('weightNormConvolution1d', options);
  expectValue(
    magnitudes === 'positions' || magnitudes === 'outputs',
    'weightNormConvolution1d',
    'magnitudes',
    magnitudes,
    "'positions' or 'outputs'",
  );
  const { kernelSize, stride = 1, dilation = 1, groups } = options;
  const window = { kernelSize: [kernelSize], stride: [stride], dilation: [dilation], padding: [paddingOf(options)] };
  const ofOutputs = magnitudes === 'outputs';
  return layer(
    { magnitude: vector([ofOutputs ? options.out : kernelSize], 1), direction: needs.weight, bias: needs.bias },
    (w, x: Tensor) => {
      const weight = ofOutputs ? weightOfOutputs(w.direction, w.magnitude) : weightOf(w.direction, w.magnitude);
      return apply(x, weight, w.bias, { ...window, groups });
    },
    about,
  );
}

/** magnitude · direction / ‖direction‖ of the outputs: [out, kernelSize · in / groups]. */
function weightOfOutputs(direction: Matrix, magnitude: Tensor): Tensor {
  const rows = mergeLowRank(direction);
  const norms = sum(square(rows), { axis: 1, keepDims: true });
  return mul(rows, mul(reshape(magnitude, [magnitude.size, 1]), rsqrt(norms)));
}

/** magnitude · direction / ‖direction‖ of the positions of a window: [out, kernelSize · in / groups]. */
function weightOf(direction: Matrix, magnitude: Tensor): Tensor {
  const [out, width] = direction.shape as [number, number];
  const kernelSize = magnitude.size;
  const taps = reshape(mergeLowRank(direction), [out, kernelSize, width / kernelSize]);
  const scale = mul(magnitude, rsqrt(sum(square(taps), { axis: [0, 2] })));
  return reshape(mul(taps, reshape(scale, [1, kernelSize, 1])), [out, width]);
}
