import {
  type AnyLayer,
  bind,
  type Dropout,
  expectPositionEncoding,
  expectSameWidth,
  type Layer,
  type Linear,
  layer,
  outputScope,
  type PositionEncoding,
  type Scope,
  selectOutputPosition,
  type VectorNeed,
  vector,
  type Weights,
} from '@residual/layers';
import { expectOptions, mul, ResidualError, sigmoid, type Tensor } from '@residual/tensor';
import {
  type AttentionOptions,
  aboutAttention,
  attendToPast,
  attentionOptionNames,
  encodePositions,
  expectAttentionOptions,
} from './attend-heads.js';
import { type HeadDims, headDims, headOptionNames, joinHeads, splitHeads } from './heads.js';
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
  /**
   * A norm on the query before its positions: of width headDim on each head, or of width heads · headDim on all heads
   * together.
   */
  readonly queryNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /** A norm on the key before its positions: of width headDim, or kvHeads · headDim. */
  readonly keyNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /** A norm on each head of the query after its positions, [batch, heads, length, headDim] to the same. */
  readonly encodedQueryNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /** A norm on each head of the key after its positions, [batch, kvHeads, length, headDim] to the same. */
  readonly encodedKeyNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /** A function of query, key and value after their projections, such as a bound on them; none if absent. */
  readonly onProjected?: ((x: Tensor, name: 'query' | 'key' | 'value') => Tensor) | undefined;
  /** A norm on the joined heads before the output projection, [batch, length, heads · headDim] to the same. */
  readonly outputNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /**
   * A gate from x to [batch, length, heads · headDim]: the joined heads are multiplied by its sigmoid before the output
   * projection (Qiu et al. 2025).
   */
  readonly outputGate?: AnyLayer<Tensor, Tensor> | undefined;
  /**
   * Whether each head has a sink, a learned logit beside the scores whose weight attends to nothing (Xiao et al. 2023);
   * false if absent.
   */
  readonly sinks?: boolean;
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
  readonly encodedQueryNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly encodedKeyNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly outputNorm: AnyLayer<Tensor, Tensor> | undefined;
  readonly outputGate: AnyLayer<Tensor, Tensor> | undefined;
  /** [heads]: the logits of the sinks. */
  readonly sinks: VectorNeed | undefined;
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
  const { needs, attend, about, dims } = buildSelfAttention('selfAttention', options);
  const attention = layer(needs, (w, x: Tensor, scope) => attend(w, x, scope).output, about);
  return Object.assign(attention, dims);
}

/** What an attention gives whose keys and values others read too. */
export interface AttendedWithKeys {
  /** [batch, length, modelDim]. */
  readonly output: Tensor;
  /** The keys of the input, after their positions, [batch, kvHeads, length, headDim]. */
  readonly key: Tensor;
  /** The values of the input, [batch, kvHeads, length, headDim]. */
  readonly value: Tensor;
}

/** The layer of `keyGivingAttention`. */
export interface KeyGivingAttention extends Layer<AttentionNeeds, Tensor, AttendedWithKeys>, HeadDims {}

/**
 * `selfAttention` that gives its keys and values beside its output, for a `keyReadingAttention` in a later block: x
 * [batch, length, modelDim] to a record. Taps as in `selfAttention`.
 */
export function keyGivingAttention(options: SelfAttentionOptions): KeyGivingAttention {
  const { needs, attend, about, dims } = buildSelfAttention('keyGivingAttention', options);
  const attention = layer(
    needs,
    (w, x: Tensor, scope) => {
      const { output, key, value } = attend(w, x, scope);
      return { output: scope.tap('output', output), key, value };
    },
    about,
  );
  return Object.assign(attention, dims);
}

/** The needs of a self-attention, its formula, and what it states about itself. */
function buildSelfAttention(name: string, options: SelfAttentionOptions) {
  expectOptions(name, options, {
    ...headOptionNames,
    ...attentionOptionNames,
    positionEncoding: 0,
    bias: 0,
    queryNorm: 0,
    keyNorm: 0,
    encodedQueryNorm: 0,
    encodedKeyNorm: 0,
    onProjected: 0,
    outputNorm: 0,
    outputGate: 0,
    sinks: 0,
  });
  expectAttentionOptions(name, options);
  const { modelDim, heads, positionEncoding, dropout, onProjected = (x: Tensor) => x } = options;
  const { queryNorm, keyNorm, encodedQueryNorm, encodedKeyNorm, outputNorm, outputGate } = options;
  const { kvHeads, headDim } = headDims(name, options);
  expectPositionEncoding(name, positionEncoding, 'attention', { heads, headDim });
  expectSameWidth(name, { 'a head': { about: { outDim: headDim } }, encodedQueryNorm, encodedKeyNorm });
  const joined = { about: { outDim: heads * headDim } };
  expectSameWidth(name, { 'all heads': joined, outputNorm });
  expectSameWidth(name, {
    'all heads': joined,
    outputGate: outputGate && { about: { outDim: outputGate.about.outDim } },
  });
  const norms = { queryNorm, keyNorm, encodedQueryNorm, encodedKeyNorm, outputNorm };
  const parts = { ...projections(options, { kvHeads, headDim, keyWidth: modelDim }), ...norms, outputGate };
  const [normsAllQueries, normsAllKeys] = [
    isOfAllHeads(name, { queryNorm }, { heads, headDim }),
    isOfAllHeads(name, { keyNorm }, { heads: kvHeads, headDim }),
  ];
  const needs: AttentionNeeds = {
    ...parts,
    sinks: options.sinks ? vector([heads]) : undefined,
    positions: positionEncoding,
    dropout,
  };
  const attend = (w: Weights<AttentionNeeds>, x: Tensor, scope: Scope): AttendedWithKeys => {
    const part = bind(parts, w, scope);
    const [queryInput, queryScope] = [selectOutputPosition(x, scope), outputScope(x, scope)];
    const [query, key] = [onProjected(part.query(queryInput), 'query'), onProjected(part.key(x), 'key')];
    const projected = {
      query: normsAllQueries ? splitHeads(part.queryNorm(query), heads) : part.queryNorm(splitHeads(query, heads)),
      key: normsAllKeys ? splitHeads(part.keyNorm(key), kvHeads) : part.keyNorm(splitHeads(key, kvHeads)),
      value: splitHeads(onProjected(part.value(x), 'value'), kvHeads),
    };
    const encoded = encodePositions(projected, positionEncoding, w.positions, scope, part, queryScope);
    const read = {
      positionEncoding,
      weights: w.positions,
      sinks: w.sinks,
      options,
      ...(isWeighted(encodedKeyNorm) && { moveKeys: null }),
    };
    const attended = part.outputNorm(joinHeads(attendToPast(encoded, read, scope, queryScope)));
    const output = part.output(outputGate ? mul(attended, sigmoid(part.outputGate(queryInput))) : attended);
    return { output, key: encoded.key, value: encoded.value };
  };
  const about = {
    ...aboutAttention(name, { modelDim, heads, headDim }),
    bidirectional: !options.mask?.causal,
    selectsPosition: true,
  };
  return { needs, attend, about, dims: { heads, kvHeads, headDim } };
}

/** Whether a norm is one of all heads together. Errors if it has neither their width nor that of a head. */
function isOfAllHeads(
  name: string,
  named: Readonly<Record<string, AnyLayer<Tensor, Tensor> | undefined>>,
  { heads, headDim }: { readonly heads: number; readonly headDim: number },
): boolean {
  const [[normName, norm]] = Object.entries(named) as [[string, AnyLayer<Tensor, Tensor> | undefined]];
  const width = norm?.about.outDim;
  if (width === undefined || width === headDim) return false;
  if (width === heads * headDim) return true;
  throw new ResidualError(
    'fit',
    `${name}: ${normName} has width ${width}; a head has ${headDim}, all ${heads} have ${heads * headDim}`,
  );
}

/** Whether a norm has weights of its own for the entries of a head, so that turning a key after it is another thing. */
const isWeighted = (norm: AnyLayer<Tensor, Tensor> | undefined) => norm !== undefined && isFilled(norm.needs);
const isFilled = (needs: object): boolean => Object.values(needs).some(need => need !== undefined);
