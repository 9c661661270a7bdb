import {
  type AnyLayer,
  bind,
  type Dropout,
  expectPositionEncoding,
  expectSameWidth,
  type Layer,
  type Linear,
  layer,
  type PositionEncoding,
} from '@residual/layers';
import { expectOptions, type Tensor } from '@residual/tensor';
import {
  type AttentionOptions,
  aboutAttention,
  appendToPast,
  attendHeads,
  attentionOptionNames,
  encodePositions,
  expectAttentionOptions,
  scoreBias,
} from './attend-heads.js';
import { type HeadDims, headDims, headOptionNames, joinHeads, splitHeads } from './heads.js';
import { keyRange } from './mask.js';
import { type BiasOptions, projections } from './projections.js';

/** Settings of `selfAttention`. */
export interface SelfAttentionOptions extends AttentionOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Number of query heads. */
  readonly heads: number;
  /**
   * Number of key and value heads, each shared by heads / kvHeads query heads; `heads` if absent. 1 is multi-query
   * attention.
   */
  readonly kvHeads?: number;
  /** Width of a head; modelDim / heads if absent. */
  readonly headDim?: number;
  /** A position encoding that acts on heads or scores, such as `rotary`. */
  readonly positionEncoding?: PositionEncoding;
  /** Which of the four projections have a bias; true (all) if absent. */
  readonly bias?: BiasOptions;
  /** A norm on the heads of the query, [batch, heads, length, headDim] to the same. */
  readonly queryNorm?: AnyLayer<Tensor, Tensor>;
  /** A norm on the heads of the key, [batch, kvHeads, length, headDim] to the same. */
  readonly keyNorm?: AnyLayer<Tensor, Tensor>;
}

/** The needs of self-attention: four projections, a position encoding, norms and dropout. */
export type AttentionNeeds = {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly positions: PositionEncoding | undefined;
  readonly queryNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly keyNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly dropout: Dropout | undefined;
};

/** The layer of `selfAttention`. */
export interface SelfAttention extends Layer<AttentionNeeds, Tensor, Tensor>, HeadDims {}

/**
 * Multi-head self-attention, softmax(q kᵀ / √headDim) v: x [batch, length, modelDim] to the same (Vaswani et al. 2017;
 * grouped heads: Ainslie et al. 2023). With a `cache` in the scope it also attends to the positions of earlier steps.
 * Taps: `queryBeforePositions`, `keyBeforePositions`, `query`, `key`, `value`, `scores`, `weights`, `headOutputs`.
 */
export function selfAttention(options: SelfAttentionOptions): SelfAttention {
  expectOptions('selfAttention', options, {
    ...headOptionNames,
    ...attentionOptionNames,
    positionEncoding: 0,
    bias: 0,
    queryNorm: 0,
    keyNorm: 0,
  });
  expectAttentionOptions('selfAttention', options);
  const { modelDim, heads, positionEncoding, queryNorm, keyNorm, dropout } = options;
  const { kvHeads, headDim } = headDims('selfAttention', options);
  expectPositionEncoding('selfAttention', positionEncoding, 'attention', { heads, headDim });
  expectSameWidth('selfAttention', { 'a head': { about: { outDim: headDim } }, queryNorm, keyNorm });
  const parts = { ...projections(options, { kvHeads, headDim, keyWidth: modelDim }), queryNorm, keyNorm };
  const attention = layer(
    { ...parts, positions: positionEncoding, dropout },
    (w, x: Tensor, scope) => {
      const { query, key, value, output, queryNorm, keyNorm } = bind(parts, w, scope);
      const projected = {
        query: queryNorm(splitHeads(query(x), heads)),
        key: keyNorm(splitHeads(key(x), kvHeads)),
        value: splitHeads(value(x), kvHeads),
      };
      const encoded = encodePositions(projected, positionEncoding, w.positions, scope);
      const cached = appendToPast(encoded, options, scope);
      const bias = scoreBias(cached, positionEncoding, w.positions, scope);
      const attended = attendHeads({ ...cached, bias }, scope.get(keyRange), options, scope);
      return output(joinHeads(attended));
    },
    { ...aboutAttention('selfAttention', { modelDim, heads, headDim }), bidirectional: !options.mask?.causal },
  );
  return Object.assign(attention, { heads, kvHeads, headDim });
}
