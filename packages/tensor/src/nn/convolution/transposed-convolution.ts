import { expectInteger, expectValue } from '@residual/base';
import { expectShape, showShape } from '../../errors.js';
import { add } from '../../ops/arithmetic.js';
import { zeros } from '../../ops/create.js';
import { reshape } from '../../ops/shape.js';
import { sizeOf } from '../../shape.js';
import { type Matrix, type Tensor, tidy } from '../../tensor.js';
import { type ConvolutionOptions, entriesOf } from './convolution.js';
import { convolutionInputGradient } from './dense-convolution.js';
import { expectWindowOptions, tapsOf, windowOver } from './window.js';

/**
 * Settings of `transposedConvolution`: those of the convolution that it transposes. `stride` is the distance of
 * neighbouring inputs in the output, `padding` how many positions of the output are cut off on either side.
 */
export interface TransposedConvolutionOptions extends ConvolutionOptions {
  /** How many positions the output has in addition along each axis, fewer than the stride; none if absent. */
  readonly outputPadding?: readonly number[] | undefined;
}

/**
 * The transpose of a convolution: each input adds its entry times the weight to the positions that a window sees. x
 * [batch, length, in] to [batch, output length, out], or [batch, height, width, in] to [batch, output height, output
 * width, out], where output length is (length - 1) · stride - padding + dilation · (kernel size - 1) + 1 + output
 * padding. The columns of the weight, [in, kernel size · out / groups], are in the order of the positions of the
 * window, each with its outputs; bias is [out].
 */
export function transposedConvolution(
  x: Tensor,
  weight: Matrix,
  bias: Tensor | undefined,
  options: TransposedConvolutionOptions,
): Tensor {
  const name = 'transposedConvolution';
  expectWindowOptions(name, options, { groups: 0, outputPadding: 0 });
  const { groups = 1, outputPadding, ...windows } = options;
  expectInteger(name, 'groups', groups, { min: 1 });
  const lengths = x.shape.slice(1, -1);
  const output = lengths.map((length, axis) => {
    const stride = options.stride?.[axis] ?? 1;
    const more = outputPadding?.[axis] ?? 0;
    expectInteger(name, 'outputPadding', more, { min: 0, max: stride - 1 });
    const [before, after] = options.padding?.[axis] ?? [0, 0];
    const span = (options.dilation?.[axis] ?? 1) * ((options.kernelSize[axis] ?? 1) - 1) + 1;
    return (length - 1) * stride - before - after + span + more;
  });
  expectValue(
    output.every(length => length > 0),
    name,
    'padding',
    options.padding,
    `less, since the output has ${showShape(output)} positions`,
  );
  const [dim, width] = [x.shape.at(-1)!, weight.shape[1]!];
  const window = windowOver(name, { shape: [x.shape[0]!, ...output, 1] }, windows);
  const out = (width / tapsOf(window)) * groups;
  expectShape(
    weight.shape.length === 2 &&
      weight.shape[0] === dim &&
      width % tapsOf(window) === 0 &&
      dim % groups === 0 &&
      (!bias || (bias.shape.length === 1 && bias.shape[0] === out)),
    () =>
      `${name}: x ${showShape(x.shape)}, weight ${showShape(weight.shape)}` +
      `${bias ? ` and bias ${showShape(bias.shape)}` : ''} do not fit windows of ${tapsOf(window)} positions in ` +
      `${groups} groups; weight is [in, kernel size · out / groups]`,
  );
  return tidy(() => {
    const shape = [x.shape[0]!, ...output, out];
    if (sizeOf(x.shape) === 0) return add(zeros(shape), bias ?? 0);
    const dy = reshape(x, [x.shape[0]!, ...window.output, dim]);
    const y = convolutionInputGradient({ dy, weight: entriesOf(weight) }, { window, groups });
    return bias ? add(reshape(y, shape), bias) : reshape(y, shape);
  });
}
