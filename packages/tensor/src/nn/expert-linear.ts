import { expectShape, showShape } from '../errors.js';
import { add, mul } from '../ops/arithmetic.js';
import { zeros } from '../ops/create.js';
import { type Matrix, type Tensor, tidy } from '../tensor.js';
import { denseExpertLinear } from './dense-expert-linear.js';
import { expectInt32 } from './expect-integers.js';
import { linear } from './linear.js';
import { activeAdapters } from './low-rank.js';
import { dense, isLowRankSum, type LowRankSum } from './matrix.js';
import { packedExpertLinear } from './packed/packed-expert-linear.js';
import { isPacked } from './packed/packed-matrix.js';

/** Settings of `expertLinear`. */
export interface ExpertLinearOptions {
  /** The number of experts whose matrices `weight` stacks. */
  readonly experts: number;
  /** [experts · out]: the biases of the experts, one after the other. */
  readonly bias?: Tensor | undefined;
}

/**
 * `linear` with a matrix for each token: x [tokens, in], or [tokens, k, in] with an input for each choice, and the
 * experts `chosen` int32 [tokens, k] to [tokens, k, out]. `weight` [experts · out, in], of any form, stacks the
 * matrices of the experts. A kernel computes the chosen ones alone; without one every expert computes every token. An
 * expert outside throws on cpu and wasm only. Gradients: x, dense weights, bias, and low-rank adapters of the whole
 * stack, whose `down` all experts share.
 */
export function expertLinear(x: Tensor, weight: Matrix, chosen: Tensor, options: ExpertLinearOptions): Tensor {
  const { experts, bias } = options;
  expectFits(x, weight, chosen, options);
  const out = weight.shape[0]! / experts;
  if (x.size === 0 || chosen.size === 0) return zeros([...chosen.shape, out]);
  if (isLowRankSum(weight)) return withAdapters(x, weight, chosen, options);
  if (isPacked(weight)) return packedExpertLinear(x, weight, chosen, experts, bias);
  return denseExpertLinear(x, dense(weight), chosen, experts, bias);
}

/** W x + b + Σ scale · up (down x), with `up` [experts · out, rank] of the chosen expert. */
function withAdapters(x: Tensor, weight: LowRankSum, chosen: Tensor, { experts, bias }: ExpertLinearOptions): Tensor {
  return tidy(() =>
    activeAdapters(weight).reduce(
      (y, { down, up, scale }) => add(y, mul(expertLinear(linear(x, down), up, chosen, { experts }), scale)),
      expertLinear(x, weight.base, chosen, { experts, bias }),
    ),
  );
}

function expectFits(x: Tensor, weight: Matrix, chosen: Tensor, { experts, bias }: ExpertLinearOptions): void {
  const [rows, width] = weight.shape as [number, number];
  const [tokens, k] = chosen.shape;
  const inputs = x.shape.length === 2 ? [tokens, width] : [tokens, k, width];
  expectShape(
    weight.shape.length === 2 &&
      chosen.shape.length === 2 &&
      showShape(x.shape) === showShape(inputs as number[]) &&
      (!bias || (bias.shape.length === 1 && bias.shape[0] === rows)),
    () =>
      `expertLinear: x ${showShape(x.shape)}, weight ${showShape(weight.shape)}, chosen ${showShape(chosen.shape)}` +
      `${bias ? ` and bias ${showShape(bias.shape)}` : ''} do not fit; x is [tokens, in] or [tokens, k, in], ` +
      'weight [experts · out, in], chosen [tokens, k], bias [experts · out]',
  );
  expectShape(
    Number.isInteger(experts) && experts > 0 && rows % experts === 0,
    () => `expertLinear: weight ${showShape(weight.shape)} does not split into the matrices of ${experts} experts`,
  );
  expectInt32('expertLinear', 'chosen', chosen);
}
