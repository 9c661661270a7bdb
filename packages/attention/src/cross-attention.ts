import { type Layer, type Linear, layer } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import { cache } from './cache.js';
import { headDims, joinHeads, splitHeads } from './heads.js';
import { memoryExtent } from './mask.js';
import { type LookOptions, look } from './mix.js';
import { projections, type SelfAttentionOptions } from './self-attention.js';

/** Settings of `crossAttention`. */
export interface CrossAttentionOptions
  extends LookOptions,
    Pick<SelfAttentionOptions, 'modelDim' | 'heads' | 'kvHeads' | 'headDim' | 'bias'> {
  /** Width of the memory; modelDim if absent. */
  readonly memoryDim?: number;
}

/** Attention of a sequence to a memory. */
export interface CrossAttention
  extends Layer<
    { readonly query: Linear; readonly key: Linear; readonly value: Linear; readonly output: Linear },
    { readonly x: Tensor; readonly memory: Tensor },
    Tensor
  > {}

/**
 * Attention whose keys and values come from a memory, such as the encoded sentence of another language: x [batch, queryLen, modelDim] and memory
 * [batch, keyLen, memoryDim] to [batch, queryLen, modelDim] (Vaswani et al. 2017). With a `cache` in the scope keys and values of the memory are computed
 * once. Padding of the memory stands in `memoryExtent`. Taps: `query`, `key`, `value`, `scores`, `weights`.
 */
export function crossAttention(options: CrossAttentionOptions): CrossAttention {
  const { modelDim, heads, memoryDim = modelDim } = options;
  const { kvHeads, headDim } = headDims('crossAttention', options);
  const parts = projections(options, { kvHeads, headDim, keyWidth: memoryDim });
  return layer(
    parts,
    (w, { x, memory }: { readonly x: Tensor; readonly memory: Tensor }, scope) => {
      const query = scope.tap('query', splitHeads(parts.query(w.query, x, scope.at('query')), heads));
      const read = () => ({
        key: splitHeads(parts.key(w.key, memory, scope.at('key')), kvHeads),
        value: splitHeads(parts.value(w.value, memory, scope.at('value')), kvHeads),
      });
      const held = scope.get(cache)?.memory(scope.path, read) ?? read();
      const [key, value] = [scope.tap('key', held.key), scope.tap('value', held.value)];
      const mixed = look({ query, key, value }, scope.get(memoryExtent) ?? {}, options, scope);
      return parts.output(w.output, joinHeads(mixed), scope.at('output'));
    },
    { name: 'crossAttention', reads: modelDim, gives: modelDim, flops: keyLen => 4 * heads * headDim * keyLen },
  );
}
