import {
  type AnyLayer,
  bind,
  type Dropout,
  expectPositionEncoding,
  expectSameWidth,
  type Layer,
  type Linear,
  layer,
  linear,
  outputScope,
  type PositionEncoding,
  type Scope,
  selectOutputPosition,
} from '@residual/layers';
import { add, concat, expectInteger, expectOptions, sliceAxis, type Tensor, zeros } from '@residual/tensor';
import { type AttentionOptions, attendToPast, attentionOptionNames, expectAttentionOptions } from './attend-heads.js';
import { joinHeads, splitHeads } from './heads.js';

/** Settings of `latentAttention`. */
export interface LatentAttentionOptions extends AttentionOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Number of heads. */
  readonly heads: number;
  /** Width of the latent vector from which the keys and values of all heads are made. */
  readonly latentDim: number;
  /** Width of the part of a query or key that has no positions. */
  readonly contentDim: number;
  /** Width of the part of a query or key that has positions; all heads share that of the key. */
  readonly positionDim: number;
  /** Width of a value. */
  readonly valueDim: number;
  /** Width of the latent vector from which queries are made; queries are made from the input if absent. */
  readonly queryLatentDim?: number | undefined;
  /** A norm on the latent vector of keys and values, of width latentDim. */
  readonly latentNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /** A norm on the latent vector of queries, of width queryLatentDim. */
  readonly queryLatentNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /** The position encoding of the parts of width positionDim, such as `rotary`. */
  readonly positionEncoding?: PositionEncoding | undefined;
  /** Whether the maps from the input and to the output have biases; false if absent. */
  readonly bias?: boolean;
}

/** The needs of `latentAttention`. */
export type LatentAttentionNeeds = {
  readonly queryDown: Linear | undefined;
  readonly queryLatentNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly query: Linear;
  readonly latent: Linear;
  readonly latentNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly keyValue: Linear;
  readonly output: Linear;
  readonly positions: PositionEncoding | undefined;
  readonly dropout: Dropout | undefined;
};

/** The layer of `latentAttention`. */
export interface LatentAttention extends Layer<LatentAttentionNeeds, Tensor, Tensor> {
  readonly heads: number;
  /** Width of a query or key: contentDim + positionDim. */
  readonly headDim: number;
}

/**
 * Multi-head latent attention (DeepSeek-AI 2024, arXiv:2405.04434): x [batch, length, modelDim] to the same. `latent`
 * maps x to a latent vector and to the part of the key with positions, which all heads share; `keyValue` maps the
 * latent vector to the content of each head's key and to its value. Scores are scaled by 1 / √(contentDim +
 * positionDim) unless `scale` is given. With a `cache` in the scope it also attends to the positions of earlier steps,
 * whose keys and values are kept. Taps: `latentVector` [batch, length, latentDim], `query`, `key`, `value`, `scores`,
 * `weights`, `headOutputs`. Errors if a norm or the position encoding has another width.
 */
export function latentAttention(options: LatentAttentionOptions): LatentAttention {
  expectLatentOptions(options);
  const { modelDim, heads, latentDim, contentDim, positionDim, valueDim, positionEncoding } = options;
  const headDim = contentDim + positionDim;
  const { queryParts, makeQuery } = queryOf(options);
  const { latentNorm, bias = false, dropout } = options;
  const parts = {
    ...queryParts,
    latent: linear({ in: modelDim, out: latentDim + positionDim, bias }),
    latentNorm,
    keyValue: linear({ in: latentDim, out: heads * (contentDim + valueDim), bias: false, heads }),
    output: linear({ in: heads * valueDim, out: modelDim, bias, role: 'output' }),
  };
  const attention = layer(
    { ...parts, positions: positionEncoding, dropout },
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      const queryScope = outputScope(x, scope);
      const encode = (y: Tensor, at: Scope) => positionEncoding?.onHeads?.(w.positions, y, at) ?? y;
      const query = splitHeads(makeQuery(part, selectOutputPosition(x, scope)), heads);
      const compressed = part.latent(x);
      const latentVector = scope.tap('latentVector', part.latentNorm(sliceAxis(compressed, 2, 0, latentDim)));
      const keyValue = splitHeads(part.keyValue(latentVector), heads);
      const sharedKey = encode(splitHeads(sliceAxis(compressed, 2, latentDim, positionDim), 1), scope);
      const positional = encode(sliceAxis(query, 3, contentDim, positionDim), queryScope);
      const [batch, length] = x.shape as [number, number, number];
      const ofAllHeads = add(zeros([batch, heads, length, positionDim]), sharedKey);
      const projected = {
        query: scope.tap('query', concat([sliceAxis(query, 3, 0, contentDim), positional], 3)),
        key: scope.tap('key', concat([sliceAxis(keyValue, 3, 0, contentDim), ofAllHeads], 3)),
        value: scope.tap('value', sliceAxis(keyValue, 3, contentDim, valueDim)),
      };
      const moveKeys = (keys: Tensor, move: (part: Tensor) => Tensor) =>
        concat([sliceAxis(keys, 3, 0, contentDim), move(sliceAxis(keys, 3, contentDim, positionDim))], 3);
      const read = { positionEncoding, weights: w.positions, options, moveKeys };
      return part.output(joinHeads(attendToPast(projected, read, scope, queryScope)));
    },
    {
      name: 'latentAttention',
      inDim: modelDim,
      outDim: modelDim,
      flops: keyLen => 2 * heads * (headDim + valueDim) * keyLen,
      bidirectional: !options.mask?.causal,
      selectsPosition: true,
    },
  );
  return Object.assign(attention, { heads, headDim });
}

/** Throws unless the options of `latentAttention` fit. */
function expectLatentOptions(options: LatentAttentionOptions): void {
  const sizes = { modelDim: 1, heads: 1, latentDim: 1, contentDim: 1, positionDim: 1, valueDim: 1 } as const;
  expectOptions('latentAttention', options, {
    ...sizes,
    ...attentionOptionNames,
    queryLatentDim: 0,
    latentNorm: 0,
    queryLatentNorm: 0,
    positionEncoding: 0,
    bias: 0,
  });
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[])
    expectInteger('latentAttention', name, options[name], { min: 1, code: 'fit' });
  const { mask, heads, latentDim, positionDim, queryLatentDim, latentNorm, queryLatentNorm } = options;
  expectAttentionOptions('latentAttention', { ...(mask && { mask }) });
  const dims = { heads, headDim: positionDim };
  expectPositionEncoding('latentAttention', options.positionEncoding, 'attention', dims);
  expectSameWidth('latentAttention', { 'the latent vector': { about: { outDim: latentDim } }, latentNorm });
  const queryLatent = queryLatentDim === undefined ? {} : { outDim: queryLatentDim };
  expectSameWidth('latentAttention', { 'the latent vector of queries': { about: queryLatent }, queryLatentNorm });
}

/** The layers that make queries, and the function that applies them: [batch, length, heads · headDim]. */
function queryOf(options: LatentAttentionOptions) {
  const { modelDim, heads, contentDim, positionDim, queryLatentDim, queryLatentNorm, bias = false } = options;
  const queryParts = {
    queryDown:
      queryLatentDim === undefined ? undefined : (linear({ in: modelDim, out: queryLatentDim, bias }) as Linear),
    queryLatentNorm: queryLatentDim === undefined ? undefined : queryLatentNorm,
    query: linear({
      in: queryLatentDim ?? modelDim,
      out: heads * (contentDim + positionDim),
      bias: false,
      role: 'query',
      heads,
    }),
  };
  type Run = (x: Tensor) => Tensor;
  const makeQuery = (part: { readonly [Name in keyof typeof queryParts]: Run }, x: Tensor) =>
    part.query(part.queryLatentNorm(part.queryDown(x)));
  return { queryParts, makeQuery };
}
