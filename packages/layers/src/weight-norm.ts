import {
  convolution as apply,
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

/** The layer of `weightNormConvolution1d`: magnitude [kernelSize], direction [out, kernelSize · in / groups]. */
export interface WeightNormConvolution
  extends Layer<
    { readonly magnitude: VectorNeed; readonly direction: MatrixNeed; readonly bias: VectorNeed | undefined },
    Tensor,
    Tensor
  > {}

/**
 * `convolution1d` whose weight is given by its direction and, for each position of the window, its magnitude: weight =
 * magnitude · direction / ‖direction‖, the norm being that of all entries for the position (Salimans and Kingma 2016).
 * [batch, length, in] to [batch, output length, out].
 */
export function weightNormConvolution1d(options: Convolution1dOptions): WeightNormConvolution {
  const { needs, about } = convolutionOfSequences('weightNormConvolution1d', options);
  const { kernelSize, stride = 1, dilation = 1, groups } = options;
  const window = { kernelSize: [kernelSize], stride: [stride], dilation: [dilation], padding: [paddingOf(options)] };
  return layer(
    { magnitude: vector([kernelSize], 1), direction: needs.weight, bias: needs.bias },
    (w, x: Tensor) => apply(x, weightOf(w.direction, w.magnitude), w.bias, { ...window, groups }),
    about,
  );
}

/** magnitude · direction / ‖direction‖ of the positions of a window: [out, kernelSize · in / groups]. */
function weightOf(direction: Matrix, magnitude: Tensor): Tensor {
  const [out, width] = direction.shape as [number, number];
  const kernelSize = magnitude.size;
  const taps = reshape(mergeLowRank(direction), [out, kernelSize, width / kernelSize]);
  const scale = mul(magnitude, rsqrt(sum(square(taps), { axis: [0, 2] })));
  return reshape(mul(taps, reshape(scale, [1, kernelSize, 1])), [out, width]);
}
