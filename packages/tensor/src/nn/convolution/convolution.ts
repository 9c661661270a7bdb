import { expectInteger } from '@residual/base';
import { expectShape, showShape } from '../../errors.js';
import { add } from '../../ops/arithmetic.js';
import { zeros } from '../../ops/create.js';
import { concat, reshape, sliceAxis } from '../../ops/shape.js';
import { sizeOf } from '../../shape.js';
import { isTensor, type Matrix, type Tensor, tidy } from '../../tensor.js';
import { linear } from '../linear.js';
import { mergeLowRank } from '../low-rank.js';
import { dense, isLowRankSum } from '../matrix.js';
import { isPacked } from '../packed/packed-matrix.js';
import { denseConvolution } from './dense-convolution.js';
import { unfold } from './unfold.js';
import { expectWindowOptions, partOfWindows, tapsOf, type Window, type WindowOptions, windowOver } from './window.js';

/** Settings of `convolution`. */
export interface ConvolutionOptions extends WindowOptions {
  /**
   * The number of parts into which inputs and outputs are split, each part of the outputs reading one of the inputs; 1
   * if absent. A depthwise convolution has as many groups as inputs.
   */
  readonly groups?: number | undefined;
}

/**
 * A convolution over positions: each output is weight · (the entries that a window sees) + bias. x [batch, length, in]
 * to [batch, output length, out], or [batch, height, width, in] to [batch, output height, output width, out]. The
 * columns of the weight, [out, kernel size · in / groups], are in the order of the positions of the window, each with
 * its entries; bias is [out]. A window outside of x sees zeros.
 */
export function convolution(x: Tensor, weight: Matrix, bias: Tensor | undefined, options: ConvolutionOptions): Tensor {
  expectWindowOptions('convolution', options, { groups: 0 });
  const { groups = 1 } = options;
  expectInteger('convolution', 'groups', groups, { min: 1 });
  const window = windowOver('convolution', x, options);
  const [dim, out] = [x.shape.at(-1)!, weight.shape[0]!];
  expectShape(
    weight.shape.length === 2 &&
      weight.shape[1]! * groups === tapsOf(window) * dim &&
      dim % groups === 0 &&
      out % groups === 0 &&
      (!bias || (bias.shape.length === 1 && bias.shape[0] === out)),
    () =>
      `convolution: x ${showShape(x.shape)}, weight ${showShape(weight.shape)}` +
      `${bias ? ` and bias ${showShape(bias.shape)}` : ''} do not fit windows of ${tapsOf(window)} positions in ` +
      `${groups} groups; weight is [out, kernel size · in / groups]`,
  );
  return tidy(() => {
    const shape = [x.shape[0]!, ...(x.shape.length === 3 ? window.output.slice(1) : window.output), out];
    if (x.size === 0) return add(zeros(shape), bias ?? 0);
    const picture = reshape(x, [x.shape[0]!, ...window.input, dim]);
    if (isTensor(weight) || groups > 1)
      return reshape(denseConvolution({ x: picture, weight: entriesOf(weight), bias }, { window, groups }), shape);
    return reshape(
      framesInParts(picture, window, frames => linear(frames, weight, bias)),
      shape,
    );
  });
}

/** The entries of a matrix of any form. */
export function entriesOf(weight: Matrix): Tensor {
  return isPacked(weight) || isLowRankSum(weight) ? mergeLowRank(weight) : dense(weight);
}

/**
 * `compute` on what the windows see, [batch, height, width, taps · in] to [batch, height, width, out]: for parts of the
 * batch or of the windows with about `partSize` numbers, so that not all frames are held at once.
 */
export function framesInParts(
  x: Tensor,
  window: Window,
  compute: (frames: Tensor) => Tensor,
  partSize = 2 ** 22,
): Tensor {
  const frameSize = tapsOf(window) * x.shape[3]!;
  const perPicture = sizeOf(window.output) * frameSize;
  if (x.shape[0]! > 1 && x.shape[0]! * perPicture > partSize)
    return inParts(x.shape[0]!, Math.floor(partSize / perPicture), 0, (start, count) =>
      framesInParts(sliceAxis(x, 0, start, count), window, compute, partSize),
    );
  const axis = window.output[0] > 1 ? 0 : 1;
  const across = window.output[1 - axis]! * frameSize;
  return inParts(window.output[axis]!, Math.floor(partSize / across), axis + 1, (start, count) => {
    const part = partOfWindows(window, axis, start, count);
    return compute(unfold(sliceAxis(x, axis + 1, part.start, part.window.input[axis]!), part.window));
  });
}

/** The results of `compute` for `count` things, `step` at a time, joined along an axis. */
function inParts(count: number, step: number, axis: number, compute: (start: number, count: number) => Tensor): Tensor {
  const size = Math.max(1, step);
  if (count <= size) return compute(0, count);
  const starts = Array.from({ length: Math.ceil(count / size) }, (_, i) => i * size);
  return concat(
    starts.map(start => compute(start, Math.min(size, count - start))),
    axis,
  );
}
