import { bind, type Dropout, type Layer, type Linear, layer, type Scope } from '@residual/layers';
import {
  type CacheTensor,
  expectOptions,
  expectShape,
  reshape,
  showShape,
  type Tensor,
  unpackCache,
} from '@residual/tensor';
import {
  type AttentionOptions,
  aboutAttention,
  attendHeads,
  attentionOptionNames,
  expectAttentionOptions,
} from './attend-heads.js';
import { cache } from './cache.js';
import { type HeadDims, headDims, headOptionNames, joinHeads, splitHeads } from './heads.js';
import { memoryMask } from './mask.js';
import { projections } from './projections.js';
import type { SelfAttentionOptions } from './self-attention.js';

/** Settings of `crossAttention`. */
export interface CrossAttentionOptions
  extends AttentionOptions,
    Pick<SelfAttentionOptions, 'modelDim' | 'heads' | 'kvHeads' | 'headDim' | 'bias'> {
  /** Width of the memory; modelDim if absent. */
  readonly memoryDim?: number;
}

/** The inputs of cross-attention: x [batch, queryLen, modelDim] and memory [memories, keyLen, memoryDim]. */
export interface CrossAttentionInputs {
  readonly x: Tensor;
  readonly memory: Tensor;
}

/** The needs of cross-attention: four projections and dropout. */
export type CrossAttentionNeeds = {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly dropout: Dropout | undefined;
};

/** The layer of `crossAttention`. */
export interface CrossAttention extends Layer<CrossAttentionNeeds, CrossAttentionInputs, Tensor>, HeadDims {}

/**
 * Attention whose keys and values come from a memory, such as an encoded source sentence: x [batch, queryLen, modelDim]
 * and memory [memories, keyLen, memoryDim] to [batch, queryLen, modelDim] (Vaswani et al. 2017). With a `cache` in the
 * scope, keys and values of the memory are computed once. The slot `memoryMask` holds the padding of the memory.
 * Consecutive sequences of x may share one memory, as the beams of a sentence do; batch is then a multiple of memories,
 * and the taps see their queries joined: [memories, heads, batch / memories · queryLen, ...]. Taps: `query`, `key`,
 * `value`, `scores`, `weights`, `headOutputs`. Errors if memories does not divide batch.
 */
export function crossAttention(options: CrossAttentionOptions): CrossAttention {
  expectOptions('crossAttention', options, {
    ...headOptionNames,
    memoryDim: 0,
    ...attentionOptionNames,
    bias: 0,
  });
  expectAttentionOptions('crossAttention', options);
  const { modelDim, heads, memoryDim = modelDim, dropout } = options;
  const { kvHeads, headDim } = headDims('crossAttention', options);
  const parts = projections(options, { kvHeads, headDim, keyWidth: memoryDim });
  const attention = layer(
    { ...parts, dropout },
    (w, { x, memory }: CrossAttentionInputs, scope) => {
      const { query, key, value, output } = bind(parts, w, scope);
      const project = () => ({ key: splitHeads(key(memory), kvHeads), value: splitHeads(value(memory), kvHeads) });
      const entry = scope.get(cache)?.crossAttentionEntry(scope.path, project) ?? project();
      const qkv = {
        query: scope.tap('query', splitHeads(queriesByMemory(x, query(x), memory), heads)),
        key: tapCached('key', entry.key, scope),
        value: tapCached('value', entry.value, scope),
      };
      const joined = joinHeads(attendHeads(qkv, scope.get(memoryMask), options, scope));
      return output(reshape(joined, [...x.shape.slice(0, 2), heads * headDim]));
    },
    { ...aboutAttention('crossAttention', { modelDim, heads, headDim }), memoryDim },
  );
  return Object.assign(attention, { heads, kvHeads, headDim });
}

/** Taps keys or values of a memory; a tap of a packed cache sees the numbers that it means. */
function tapCached(name: string, x: CacheTensor, scope: Scope): CacheTensor {
  return scope.wants(name) ? scope.tap(name, unpackCache(x)) : x;
}

/**
 * Joins the queries of sequences that share a memory: [batch, queryLen, width] to [memories, batch / memories ·
 * queryLen, width].
 */
function queriesByMemory(x: Tensor, query: Tensor, memory: Tensor): Tensor {
  const [batch, memories] = [x.shape[0]!, memory.shape[0]!];
  if (batch === memories) return query;
  expectShape(
    batch % memories === 0,
    () =>
      `crossAttention: x ${showShape(x.shape)} has ${batch} rows and memory ${showShape(memory.shape)} has ` +
      `${memories}; each memory serves the same number of rows`,
  );
  return reshape(query, [memories, -1, query.shape[2]!]);
}
