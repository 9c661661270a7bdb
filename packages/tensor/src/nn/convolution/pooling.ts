import { max, mean } from '../../ops/reduce.js';
import { reshape } from '../../ops/shape.js';
import { type Tensor, tidy } from '../../tensor.js';
import { unfold } from './unfold.js';
import { expectWindowOptions, tapsOf, type WindowOptions, windowOver } from './window.js';

/** Below every number that a model computes, and finite, since GPUs may not have infinity. */
const lowest = -3.4e38;

/**
 * The largest of what each window sees, entry by entry: x [batch, length, dim] to [batch, output length, dim], or
 * [batch, height, width, dim] to [batch, output height, output width, dim]. Padding is never the largest.
 */
export function maxPooling(x: Tensor, options: WindowOptions): Tensor {
  return pool('maxPooling', x, options, lowest, frames => max(frames, { axis: 1 }));
}

/** The mean of what each window sees, with the shapes of `maxPooling`. Padding counts as zeros. */
export function meanPooling(x: Tensor, options: WindowOptions): Tensor {
  return pool('meanPooling', x, options, 0, frames => mean(frames, { axis: 1 }));
}

function pool(
  caller: string,
  x: Tensor,
  options: WindowOptions,
  paddingValue: number,
  reduce: (frames: Tensor) => Tensor,
): Tensor {
  expectWindowOptions(caller, options);
  const window = windowOver(caller, x, options);
  return tidy(() => {
    const [batch, dim] = [x.shape[0]!, x.shape.at(-1)!];
    const frames = unfold(reshape(x, [batch, ...window.input, dim]), window, paddingValue);
    const output = x.shape.length === 3 ? window.output.slice(1) : window.output;
    return reshape(reduce(reshape(frames, [-1, tapsOf(window), dim])), [batch, ...output, dim]);
  });
}
