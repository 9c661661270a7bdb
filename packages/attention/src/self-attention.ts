import { type AnyLayer, type Layer, type Linear, layer, linear, type Positions, type Scope } from '@residual/layers';
import type { Extent, Tensor } from '@residual/tensor';
import { cache } from './cache.js';
import { headDims, joinHeads, splitHeads } from './heads.js';
import { extent } from './mask.js';
import { biasOf, expectHeadDim, type LookOptions, look, placed } from './mix.js';

/** Settings of `selfAttention`. */
export interface SelfAttentionOptions extends LookOptions {
  readonly modelDim: number;
  readonly heads: number;
  /** Heads of keys and values, each shared by heads / kvHeads query heads; as many as heads if absent, 1 is multi-query attention. */
  readonly kvHeads?: number;
  /** modelDim / heads if absent. */
  readonly headDim?: number;
  readonly positions?: Positions;
  /** A bias on each of the four projections, or on those named; true if absent. */
  readonly bias?:
    | boolean
    | { readonly query: boolean; readonly key: boolean; readonly value: boolean; readonly output: boolean };
  /** Norms on each head of the query and the key, [batch, heads, length, headDim] to the same. */
  readonly queryNorm?: AnyLayer<Tensor, Tensor>;
  readonly keyNorm?: AnyLayer<Tensor, Tensor>;
}

/** The weights of attention: four projections, and what positions and norms need. */
export interface AttentionNeeds {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly positions: Positions | undefined;
  readonly queryNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly keyNorm: AnyLayer<Tensor, Tensor> | undefined;
}

/** Attention of a sequence to itself. */
export interface SelfAttention extends Layer<AttentionNeeds, Tensor, Tensor> {}

/**
 * softmax(q kᵀ / √headDim) v in many heads, x [batch, length, modelDim] to the same (Vaswani et al. 2017; grouped heads: Ainslie et al. 2023). With a
 * `cache` in the scope it also looks at the positions before. Taps: `query`, `key`, `value`, `scores`, `weights`.
 */
export function selfAttention(options: SelfAttentionOptions): SelfAttention {
  const { modelDim, heads, positions, queryNorm, keyNorm } = options;
  const { kvHeads, headDim } = headDims('selfAttention', options);
  expectHeadDim('selfAttention', positions, headDim);
  const parts = projections(options, { kvHeads, headDim, keyWidth: modelDim });
  return layer(
    { ...parts, positions, queryNorm, keyNorm },
    (w, x: Tensor, scope) => {
      const project = (name: 'query' | 'key' | 'value', count: number, norm?: AnyLayer<Tensor, Tensor>) => {
        const split = splitHeads(parts[name](w[name], x, scope.at(name)), count);
        return norm ? norm(w[`${name}Norm` as 'queryNorm'], split, scope.at(`${name}Norm`)) : split;
      };
      const query = scope.tap('query', placed(positions, w.positions, project('query', heads, queryNorm), scope));
      const own = {
        key: scope.tap('key', placed(positions, w.positions, project('key', kvHeads, keyNorm), scope)),
        value: scope.tap('value', project('value', kvHeads)),
      };
      const { key, value, where } = withPast(own, scope);
      const bias = biasOf(positions, w.positions, { heads, queryLen: query.shape[2]!, keyLen: key.shape[2]! }, scope);
      const mixed = look({ query, key, value, bias }, where, options, scope);
      return parts.output(w.output, joinHeads(mixed), scope.at('output'));
    },
    { name: 'selfAttention', reads: modelDim, gives: modelDim, flops: keyLen => 4 * heads * headDim * keyLen },
  );
}

/** The four projections of an attention. */
export function projections(
  { modelDim, heads, bias = true }: Pick<SelfAttentionOptions, 'modelDim' | 'heads' | 'bias'>,
  { kvHeads, headDim, keyWidth }: { kvHeads: number; headDim: number; keyWidth: number },
) {
  const has = typeof bias === 'boolean' ? { query: bias, key: bias, value: bias, output: bias } : bias;
  return {
    query: linear({ in: modelDim, out: heads * headDim, bias: has.query, role: 'query', heads }),
    key: linear({ in: keyWidth, out: kvHeads * headDim, bias: has.key, role: 'key', heads: kvHeads }),
    value: linear({ in: keyWidth, out: kvHeads * headDim, bias: has.value, role: 'value', heads: kvHeads }),
    output: linear({ in: heads * headDim, out: modelDim, bias: has.output, role: 'output' }),
  };
}

/** Keys and values with those of earlier steps, and where the queries stand among them. */
export function withPast(
  own: { key: Tensor; value: Tensor },
  scope: Scope,
): { key: Tensor; value: Tensor; where: Extent } {
  const where = scope.get(extent) ?? {};
  const past = scope.get(cache);
  if (!past) return { ...own, where };
  if (!where.position) throw new Error(`selfAttention: ${scope.path} has a cache but no position in its extent`);
  return { ...past.append(scope.path, own.key, own.value, where.position), where };
}
