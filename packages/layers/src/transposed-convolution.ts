import {
  transposedConvolution as apply,
  expectInteger,
  expectOptions,
  expectValue,
  type Tensor,
} from '@residual/tensor';
import { type Convolution1dOptions, paddingOf } from './convolution.js';
import { type Layer, layer } from './layer.js';
import { type MatrixNeed, matrix, type VectorNeed, vector } from './needs.js';

/** The layer of `transposedConvolution1d`, with weight [in, kernelSize · out / groups] and bias [out]. */
export interface TransposedConvolution
  extends Layer<{ weight: MatrixNeed; bias: VectorNeed | undefined }, Tensor, Tensor> {}

/** Settings of `transposedConvolution1d`: those of the convolution that it transposes. */
export interface TransposedConvolution1dOptions extends Convolution1dOptions {
  /** How many positions the output has in addition, fewer than the stride; none if absent. */
  readonly outputPadding?: number;
}

/**
 * The transpose of a convolution over a sequence, which makes it longer: [batch, length, in] to [batch, output length,
 * out], where output length is (length - 1) · stride - padding + dilation · (kernelSize - 1) + 1 + output padding;
 * `padding` is cut off on either side. The columns of the weight, [in, kernelSize · out / groups], are the outputs of
 * the first position of the window, then those of the second, and so on.
 */
export function transposedConvolution1d(options: TransposedConvolution1dOptions): TransposedConvolution {
  const name = 'transposedConvolution1d';
  expectOptions(name, options, {
    ...{ in: 1, out: 1, kernelSize: 1, stride: 0, dilation: 0, padding: 0, outputPadding: 0 },
    ...{ groups: 0, bias: 0, role: 0, std: 0 },
  });
  const { in: inDim, out, kernelSize, stride = 1, dilation = 1, outputPadding = 0, groups = 1, bias = true } = options;
  const padding = paddingOf(options);
  for (const [option, value] of Object.entries({ in: inDim, out, kernelSize, stride, dilation, groups }))
    expectInteger(name, option, value, { min: 1 });
  for (const value of padding) expectInteger(name, 'padding', value, { min: 0 });
  expectInteger(name, 'outputPadding', outputPadding, { min: 0, max: stride - 1 });
  for (const [option, width] of Object.entries({ in: inDim, out }))
    expectValue(width % groups === 0, name, option, width, `a multiple of the ${groups} groups`);
  const inAxes = [kernelSize, out / groups];
  const width = inAxes[0]! * inAxes[1]!;
  const { role, std = 1 / Math.sqrt(3 * width) } = options;
  const window = { kernelSize: [kernelSize], stride: [stride], dilation: [dilation], padding: [padding] };
  return layer(
    { weight: matrix([inDim, width], { role, std, inAxes }), bias: bias ? vector([out]) : undefined },
    (w, x: Tensor) => apply(x, w.weight, w.bias, { ...window, outputPadding: [outputPadding], groups }),
    { name, inDim, outDim: out, flops: () => 2 * width * inDim },
  );
}
