import { fill, zeros } from '../../ops/create.js';
import { clone, type Op, runOp, type UnaryInputs } from '../../ops/op.js';
import { concat, reshape } from '../../ops/shape.js';
import { sum } from '../../ops/sum.js';
import { type Tensor, tensor } from '../../tensor.js';
import { gather } from '../gather.js';
import { forEachTap, isIdentity, readsPadding, tapsOf, type Window } from './window.js';

/** The attributes of `residual.unfold`: the windows, and the value of positions outside. */
export type UnfoldAttributes = { readonly window: Window; readonly paddingValue: number };

/** The attributes of `residual.fold`. */
export type FoldAttributes = { readonly window: Window };

const unfoldOp: Op<UnaryInputs, UnfoldAttributes> = {
  name: 'residual.unfold',
  compose: ({ x }, { window, paddingValue }) => {
    const [batch, height, width, dim] = x.shape as [number, number, number, number];
    const shape = [batch, ...window.output, tapsOf(window) * dim];
    if (isIdentity(window)) return clone(x);
    const positions = reshape(x, [batch, height * width, dim]);
    const outside = height * width;
    const indices = new Int32Array(window.output[0] * window.output[1] * tapsOf(window));
    forEachTap(window, (tap, position = outside) => {
      indices[tap] = position;
    });
    const padded = readsPadding(window) ? concat([positions, fill([batch, 1, dim], paddingValue)], 1) : positions;
    return reshape(gather(padded, tensor(indices, [indices.length], 'int32'), 1), shape);
  },
  gradient: (dy, { attributes: { window } }) => ({ x: () => fold(dy, window) }),
};

/**
 * The positions that each window sees, side by side: x [batch, height, width, dim] to [batch, output height, output
 * width, kernel height · kernel width · dim]. Positions outside have the value `paddingValue`.
 */
export function unfold(x: Tensor, window: Window, paddingValue = 0): Tensor {
  return runOp(unfoldOp, { x }, { window, paddingValue });
}

const foldOp: Op<UnaryInputs, FoldAttributes> = {
  name: 'residual.fold',
  compose: ({ x }, { window }) => {
    if (isIdentity(window)) return clone(x);
    const taps = tapsOf(window);
    const [batch, dim] = [x.shape[0]!, x.shape[3]! / taps];
    const [height, width] = window.input;
    const tapsAt: number[][] = Array.from({ length: height * width }, () => []);
    forEachTap(window, (tap, position) => {
      if (position !== undefined) tapsAt[position]!.push(tap);
    });
    const most = tapsAt.reduce((longest, { length }) => Math.max(longest, length), 1);
    const none = window.output[0] * window.output[1] * taps;
    const indices = Int32Array.from(
      { length: height * width * most },
      (_, i) => tapsAt[Math.floor(i / most)]![i % most] ?? none,
    );
    const values = concat([reshape(x, [batch, none, dim]), zeros([batch, 1, dim])], 1);
    const seen = gather(values, tensor(indices, [indices.length], 'int32'), 1);
    return reshape(sum(reshape(seen, [batch * height * width, most, dim]), { axis: 1 }), [batch, height, width, dim]);
  },
  gradient: (dy, { attributes: { window } }) => ({ x: () => unfold(dy, window) }),
};

/** The transpose of `unfold`: each position gets the sum of the entries that windows have for it. */
export function fold(x: Tensor, window: Window): Tensor {
  return runOp(foldOp, { x }, { window });
}
