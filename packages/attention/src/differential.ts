import {
  type AnyLayer,
  bind,
  expectPositionEncoding,
  expectSameWidth,
  type Layer,
  type Linear,
  layer,
  type PositionEncoding,
  type VectorNeed,
  vector,
} from '@residual/layers';
import {
  add,
  concat,
  exp,
  expectOptions,
  expectValue,
  mul,
  ResidualError,
  sliceAxis,
  sub,
  sum,
  type Tensor,
} from '@residual/tensor';
import { aboutAttention, attendToPast, encodePositions, expectAttentionOptions } from './attend-heads.js';
import { type HeadDims, headDims, headOptionNames, joinHeads, splitHeads } from './heads.js';
import { projections } from './projections.js';
import type { SelfAttentionOptions } from './self-attention.js';

/** Settings of `differentialAttention`. */
export interface DifferentialAttentionOptions
  extends Pick<
    SelfAttentionOptions,
    'modelDim' | 'heads' | 'kvHeads' | 'headDim' | 'positionEncoding' | 'bias' | 'mask' | 'scale'
  > {
  /** The part of the second map that is subtracted at first, λ₀; 0.8 - 0.6 exp(-0.3 · layer) in the paper. */
  readonly lambdaStart: number;
  /** The norm on the difference of each pair of heads, of width 2 · headDim. */
  readonly pairNorm: AnyLayer<Tensor, Tensor>;
  /** Standard deviation of the initial λ vectors; 0.1 if absent. */
  readonly lambdaStd?: number;
}

/** The needs of `differentialAttention`: four projections, the λ vectors [headDim], positions and a norm. */
export type DifferentialAttentionNeeds = {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly lambdaQuery1: VectorNeed;
  readonly lambdaKey1: VectorNeed;
  readonly lambdaQuery2: VectorNeed;
  readonly lambdaKey2: VectorNeed;
  readonly positions: PositionEncoding | undefined;
  readonly pairNorm: AnyLayer<Tensor, Tensor>;
};

/** The layer of `differentialAttention`. */
export interface DifferentialAttention extends Layer<DifferentialAttentionNeeds, Tensor, Tensor>, HeadDims {}

/**
 * Differential attention, x [batch, length, modelDim] to the same (Ye et al. 2024): head i of the first half and head i
 * of the second half attend to the same values, which are those of two heads side by side, and their difference
 * (softmax(q₁ k₁ᵀ) - λ softmax(q₂ k₂ᵀ)) v cancels what both attend to. λ = exp(lambdaQuery1 · lambdaKey1) -
 * exp(lambdaQuery2 · lambdaKey2) + λ₀. Each difference goes through `pairNorm` and is multiplied by 1 - λ₀. Errors if
 * the number of heads or kvHeads is odd. Taps as in `selfAttention`; `value` has the width 2 · headDim.
 */
export function differentialAttention(options: DifferentialAttentionOptions): DifferentialAttention {
  const name = 'differentialAttention';
  const optional = { positionEncoding: 0, bias: 0, mask: 0, scale: 0, lambdaStd: 0 } as const;
  expectOptions(name, options, { ...headOptionNames, ...optional, lambdaStart: 1, pairNorm: 1 });
  expectAttentionOptions(name, options);
  const { modelDim, heads, positionEncoding, mask, scale, lambdaStart, pairNorm, lambdaStd = 0.1 } = options;
  expectValue(Number.isFinite(lambdaStart), name, 'lambdaStart', lambdaStart, 'a finite number', 'range');
  const { kvHeads, headDim } = headDims(name, options);
  expectEven(name, { heads, kvHeads });
  expectPositionEncoding(name, positionEncoding, 'attention', { heads, headDim });
  expectSameWidth(name, { 'a pair of heads': { about: { outDim: 2 * headDim } }, pairNorm });
  const parts = { ...projections(options, { kvHeads, headDim, keyWidth: modelDim }), pairNorm };
  const lambda: VectorNeed = { ...vector([headDim]), initializer: { kind: 'normal', std: lambdaStd } };
  const lambdas = { lambdaQuery1: lambda, lambdaKey1: lambda, lambdaQuery2: lambda, lambdaKey2: lambda };
  const attention = layer(
    { ...parts, ...lambdas, positions: positionEncoding },
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      const projected = {
        query: splitHeads(part.query(x), heads),
        key: splitHeads(part.key(x), kvHeads),
        value: pairValues(splitHeads(part.value(x), kvHeads)), // [batch, kvHeads, length, 2 headDim]
      };
      const encoded = encodePositions(projected, positionEncoding, w.positions, scope);
      const attendOptions = { ...(mask && { mask }), ...(scale !== undefined && { scale }) };
      const read = { positionEncoding, weights: w.positions, options: attendOptions };
      const attended = attendToPast(encoded, read, scope);
      const [first, second] = halves(attended); // [batch, heads / 2, length, 2 headDim]
      const weight = (query: Tensor, key: Tensor) => exp(sum(mul(query, key)));
      const difference = sub(weight(w.lambdaQuery1, w.lambdaKey1), weight(w.lambdaQuery2, w.lambdaKey2));
      const change = sub(first, mul(second, add(difference, lambdaStart)));
      return part.output(joinHeads(mul(part.pairNorm(change), 1 - lambdaStart)));
    },
    {
      ...aboutAttention(name, { modelDim, heads, headDim }),
      flops: (keyLen: number): number => 6 * heads * headDim * keyLen, // values are twice as wide as keys
      bidirectional: !mask?.causal,
    },
  );
  return Object.assign(attention, { heads, kvHeads, headDim });
}

/** Value head i and value head i + kvHeads / 2 side by side, for both key heads i and i + kvHeads / 2. */
function pairValues(value: Tensor): Tensor {
  const pair = concat(halves(value), 3);
  return concat([pair, pair], 1);
}

/** The heads of the first half and those of the second. */
function halves(x: Tensor): [Tensor, Tensor] {
  const half = x.shape[1]! / 2;
  return [sliceAxis(x, 1, 0, half), sliceAxis(x, 1, half, half)];
}

function expectEven(name: string, counts: Readonly<Record<string, number>>): void {
  for (const [what, count] of Object.entries(counts))
    if (count % 2 !== 0)
      throw new ResidualError(
        'fit',
        `${name}: ${count} ${what} do not split into two halves; their number must be even`,
      );
}
