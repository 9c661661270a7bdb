import { expectShape, showShape } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { type Matrix, type Tensor, tidy } from '../tensor.js';
import { denseLinear } from './dense-linear.js';
import { activeAdapters } from './low-rank.js';
import { dense, isLowRankSum, type LowRankSum } from './matrix.js';
import { packedLinear } from './packed/packed-linear.js';
import { isPacked } from './packed/packed-matrix.js';

/** x weightᵀ + bias: x [..., in], weight [out, in], bias [out] to [..., out]. */
export function linear(x: Tensor, weight: Matrix, bias?: Tensor): Tensor {
  const [out, width] = weight.shape;
  expectShape(
    weight.shape.length === 2 &&
      x.shape.at(-1) === width &&
      (!bias || (bias.shape.length === 1 && bias.shape[0] === out)),
    () =>
      `linear: x ${showShape(x.shape)}, weight ${showShape(weight.shape)}` +
      `${bias ? ` and bias ${showShape(bias.shape)}` : ''} do not fit; weight is [out, in], x [..., in]`,
  );
  if (x.size === 0 || width === 0 || out === 0) {
    return tidy(() => add(zeros([...x.shape.slice(0, -1), out!]), bias ?? 0));
  }
  if (isLowRankSum(weight)) return linearWithAdapters(x, weight, bias);
  if (isPacked(weight)) return packedLinear(x, weight, bias);
  return denseLinear(x, dense(weight), bias);
}

/** x baseᵀ + bias + Σ scale · (x downᵀ) upᵀ, without computing the summed matrix. */
function linearWithAdapters(x: Tensor, weight: LowRankSum, bias: Tensor | undefined): Tensor {
  return tidy(() =>
    activeAdapters(weight).reduce(
      (y, { down, up, scale }) => add(y, mul(linear(linear(x, down), up), scale)),
      linear(x, weight.base, bias),
    ),
  );
}
