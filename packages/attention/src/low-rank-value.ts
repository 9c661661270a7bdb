import {
  bind,
  type Dropout,
  expectPositionEncoding,
  type Layer,
  type Linear,
  layer,
  linear,
  type PositionEncoding,
  type Weights,
} from '@residual/layers';
import { add, concat, dense, expectOptions, reshape, sliceAxis, type Tensor, tidy } from '@residual/tensor';
import {
  type AttentionOptions,
  appendToPast,
  attendHeads,
  attentionOptionNames,
  encodePositions,
  expectAttentionOptions,
  scoreBias,
} from './attend-heads.js';
import { headDims, splitHeads } from './heads.js';
import { keyRange } from './mask.js';
import { projections } from './projections.js';
import { type SelfAttention, type SelfAttentionOptions, selfAttention } from './self-attention.js';

/** The weights of attention whose value map is factored: down to headDim, and up again for each head. */
export type LowRankValueNeeds = {
  readonly query: Linear;
  readonly key: Linear;
  readonly valueDown: Linear;
  readonly valueUp: readonly Linear[];
  readonly positions: PositionEncoding | undefined;
  readonly dropout: Dropout | undefined;
};

/** Attention with the value map of each head as the product of two thin matrices. */
export interface LowRankValueAttention extends Layer<LowRankValueNeeds, Tensor, Tensor> {}

/** Settings of `lowRankValueAttention`. */
export interface LowRankValueOptions
  extends AttentionOptions,
    Pick<SelfAttentionOptions, 'modelDim' | 'heads' | 'kvHeads' | 'headDim' | 'positionEncoding'> {}

/**
 * Attention as it is explained: each head turns a vector into what it would add to another one by a value map [modelDim, modelDim] of low rank,
 * value-up [modelDim, headDim] times value-down [headDim, modelDim], and the heads' changes are added. x [batch, length, modelDim] to the same. It is
 * `selfAttention` without biases, written by head: `fuseValueUp` gives the weights of that. With grouped heads those of a group share their key and their
 * value-down, each with a value-up of its own. Taps as `selfAttention`; `value` is after value-down.
 */
export function lowRankValueAttention(options: LowRankValueOptions): LowRankValueAttention {
  const names = {
    modelDim: 1,
    heads: 1,
    kvHeads: 0,
    headDim: 0,
    positionEncoding: 0,
    ...attentionOptionNames,
  } as const;
  expectOptions('lowRankValueAttention', options, names);
  expectAttentionOptions('lowRankValueAttention', options);
  const { modelDim, heads, positionEncoding, dropout } = options;
  const { kvHeads, headDim } = headDims('lowRankValueAttention', options);
  expectPositionEncoding('lowRankValueAttention', positionEncoding, 'attention', { heads, headDim });
  const dims = { kvHeads, headDim, keyWidth: modelDim };
  const { query, key, value: valueDown } = projections({ modelDim, heads, bias: false }, dims);
  const up = linear({ in: headDim, out: modelDim, bias: false, role: 'output' });
  const valueUp: readonly Linear[] = Array.from({ length: heads }, () => up);
  const parts = { query, key, valueDown };
  return layer(
    { ...parts, valueUp, positions: positionEncoding, dropout },
    (w, x: Tensor, scope) => {
      const { query, key, valueDown } = bind(parts, w, scope);
      const projected = {
        query: splitHeads(query(x), heads),
        key: splitHeads(key(x), kvHeads),
        value: splitHeads(valueDown(x), kvHeads),
      };
      const encoded = encodePositions(projected, positionEncoding, w.positions, scope);
      const cached = appendToPast(encoded, options, scope);
      const bias = scoreBias(cached, positionEncoding, w.positions, scope);
      const attended = attendHeads({ ...cached, bias }, scope.get(keyRange) ?? {}, options, scope);
      const changes = bind(valueUp, w.valueUp, scope.at('valueUp')).map((up, head) => up(headOf(attended, head)));
      return changes.reduce((sum, change) => add(sum, change));
    },
    {
      name: 'lowRankValueAttention',
      inDim: modelDim,
      outDim: modelDim,
      flops: keyLen => 4 * heads * headDim * keyLen,
      bidirectional: !options.mask?.causal,
    },
  );
}

/**
 * The same map with the heads' value-ups side by side as one output projection [modelDim, heads · headDim]: a layer and weights that share query, key
 * and value-down with `weights`. Only the output matrix is new; the caller disposes it.
 */
export function fuseValueUp(
  options: LowRankValueOptions,
  { query, key, valueDown, valueUp, positions, dropout }: Weights<LowRankValueNeeds>,
): { layer: SelfAttention; weights: Weights<SelfAttention> } {
  const output = tidy(() =>
    concat(
      valueUp.map(({ weight }) => dense(weight)),
      1,
    ),
  );
  const layer = selfAttention({ ...options, bias: false });
  const norms = { queryNorm: undefined, keyNorm: undefined };
  const projected = { query, key, value: valueDown, output: { weight: output, bias: undefined } };
  return { layer, weights: { ...projected, ...norms, positions, dropout } };
}

/** One head of [batch, heads, length, headDim] as [batch, length, headDim]. */
function headOf(x: Tensor, head: number): Tensor {
  const [batch, , length, headDim] = x.shape as [number, number, number, number];
  return reshape(sliceAxis(x, 1, head, 1), [batch, length, headDim]);
}
