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
  type Scope,
  slot,
} from '@residual/layers';
import { expectOptions, ResidualError, type Tensor } from '@residual/tensor';
import {
  aboutAttention,
  attendHeads,
  attentionOptionNames,
  expectAttentionOptions,
  filledKeys,
  type QueryKeyValue,
  scoreBias,
} from './attend-heads.js';
import { cache } from './cache.js';
import { eachSequence } from './each-sequence.js';
import { type HeadDims, headDims, headOptionNames, joinHeads, splitHeads } from './heads.js';
import { keyRange } from './mask.js';
import { projections } from './projections.js';
import type { SelfAttentionOptions } from './self-attention.js';

/** Settings of `keyReadingAttention`: those of `selfAttention` for queries and output. */
export type KeyReadingOptions = Pick<
  SelfAttentionOptions,
  | 'modelDim'
  | 'heads'
  | 'kvHeads'
  | 'headDim'
  | 'positionEncoding'
  | 'bias'
  | 'queryNorm'
  | 'mask'
  | 'scale'
  | 'softCap'
  | 'dropout'
>;

/** The needs of an attention that has no keys and values of its own. */
export type KeyReadingNeeds = {
  readonly query: Linear;
  readonly output: Linear;
  readonly positions: PositionEncoding | undefined;
  readonly queryNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly dropout: Dropout | undefined;
};

/** What a `keyReadingAttention` reads. */
export interface KeyReadingInputs {
  /** [batch, length, modelDim]. */
  readonly x: Tensor;
  /** The keys of a `keyGivingAttention` on the same positions, [batch, kvHeads, length, headDim]. */
  readonly key: Tensor;
  /** Its values, [batch, kvHeads, length, headDim]. */
  readonly value: Tensor;
}

/** The layer of `keyReadingAttention`. */
export interface KeyReadingAttention extends Layer<KeyReadingNeeds, KeyReadingInputs, Tensor>, HeadDims {}

/**
 * The slot for the path of the attention whose entry in the `cache` a `keyReadingAttention` reads; it is needed with a
 * cache only.
 */
export const keySource = /* @__PURE__ */ slot<string>('keySource');

/**
 * Self-attention with queries of its own that reads the keys and values of an earlier block (Sun et al. 2024): x
 * [batch, length, modelDim] and the keys and values of a `keyGivingAttention` to [batch, length, modelDim]. With a
 * `cache` in the scope it attends to the cached keys of the attention at `keySource`. Taps: `query`, `scores`,
 * `weights`, `headOutputs`.
 */
export function keyReadingAttention(options: KeyReadingOptions): KeyReadingAttention {
  const name = 'keyReadingAttention';
  const more = { positionEncoding: 0, bias: 0, queryNorm: 0 } as const;
  expectOptions(name, options, { ...headOptionNames, ...attentionOptionNames, ...more });
  expectAttentionOptions(name, options);
  const { modelDim, heads, positionEncoding, dropout, queryNorm } = options;
  const { kvHeads, headDim } = headDims(name, options);
  expectPositionEncoding(name, positionEncoding, 'attention', { heads, headDim });
  expectSameWidth(name, { 'a head': { about: { outDim: headDim } }, queryNorm });
  const { query, output } = projections(options, { kvHeads, headDim, keyWidth: modelDim });
  const parts = { query, output, queryNorm };
  const attention = layer(
    { ...parts, positions: positionEncoding, dropout },
    (w, { x, key, value }: KeyReadingInputs, scope) => {
      const part = bind(parts, w, scope);
      const ownHeads = part.queryNorm(splitHeads(part.query(x), heads));
      const encoded = positionEncoding?.onHeads?.(w.positions, ownHeads, scope) ?? ownHeads;
      const positioned = positionEncoding?.onQuery?.(w.positions, encoded, scope) ?? encoded;
      const attended = eachSequence(
        { query: scope.tap('query', positioned), key, value },
        scope,
        scope,
        ({ query, ...given }, within) => {
          const read = { query, ...readKeys(given, within) };
          const bias = scoreBias(read, positionEncoding, w.positions, within);
          return attendHeads({ ...read, bias }, within.get(keyRange), options, within);
        },
      );
      return part.output(joinHeads(attended));
    },
    { ...aboutAttention(name, { modelDim, heads, headDim }), bidirectional: !options.mask?.causal },
  );
  return Object.assign(attention, { heads, kvHeads, headDim });
}

/** The given keys and values, or those of all positions in a cache. Errors if the cache lacks them. */
function readKeys(given: { readonly key: Tensor; readonly value: Tensor }, scope: Scope): Omit<QueryKeyValue, 'query'> {
  const past = scope.get(cache);
  if (!past) return given;
  const path = scope.get(keySource);
  const entry = path === undefined ? undefined : past.selfAttention.get(path);
  if (entry) return filledKeys(entry, scope);
  const what = path === undefined ? 'no keySource is in the scope' : `the cache has no keys of '${path}'`;
  throw new ResidualError('cache', `keyReadingAttention: at '${scope.path}' there is a cache but ${what}`);
}
