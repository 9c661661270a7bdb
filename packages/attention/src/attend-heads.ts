import { type Dropout, type PositionEncoding, type Scope, stepPositions, type Weights } from '@residual/layers';
import {
  type AttendInputs,
  type AttendOptions,
  add,
  attend,
  attentionMask,
  attentionScores,
  attentionValues,
  attentionWeights,
  type CacheTensor,
  concat,
  expectOptions,
  type KeyRange,
  ResidualError,
  reorderCache,
  sliceAxis,
  type Tensor,
  unpackCache,
} from '@residual/tensor';
import { beamIndices, cache } from './cache.js';
import type { KeysAndValues } from './cached-states.js';
import { eachSequence } from './each-sequence.js';
import { keyRange, type Mask, sharedBias } from './mask.js';
import type { BiasOptions } from './projections.js';

/** Settings that self-, cross- and low-rank attention share. */
export interface AttentionOptions {
  /** Which keys a query may see; all if absent. */
  readonly mask?: Mask;
  /** What scores are multiplied by; 1 / √headDim if absent. */
  readonly scale?: number;
  /** Bounds scores to softCap · tanh(score / softCap). */
  readonly softCap?: number;
  /** Dropout on the attention weights [batch, heads, queryLen, keyLen]. */
  readonly dropout?: Dropout | undefined;
}

/** Names of the options in `AttentionOptions`; 0 marks an optional one. */
export const attentionOptionNames = { mask: 0, scale: 0, softCap: 0, dropout: 0 } as const;

/** What `describe` tells of an attention: its widths, and the operations of scores and values for a query. */
export function aboutAttention(
  name: string,
  { modelDim, heads, headDim }: { readonly modelDim: number; readonly heads: number; readonly headDim: number },
) {
  return {
    name,
    inDim: modelDim,
    outDim: modelDim,
    flops: (keyLen: number): number => 4 * heads * headDim * keyLen, // 2 headDim each for q kᵀ and weights v
  };
}

/**
 * Throws if `mask` is not a mask (such as the function that makes one), or if `bias` names only some of the
 * projections.
 */
export function expectAttentionOptions(
  name: string,
  { mask, bias }: AttentionOptions & { readonly bias?: BiasOptions },
): void {
  if (mask) expectOptions(`${name}: mask`, mask, { causal: 0, window: 0, chunk: 0 });
  if (typeof bias === 'object') expectOptions(`${name}: bias`, bias, { query: 1, key: 1, value: 1, output: 1 });
}

/**
 * The heads of one attention: query [batch, heads, queryLen, headDim], key and value [batch, kvHeads, keyLen, headDim].
 */
export interface QueryKeyValue {
  readonly query: Tensor;
  readonly key: CacheTensor;
  readonly value: CacheTensor;
  /** Added to the scores, broadcast to [batch, heads, queryLen, keyLen]. */
  readonly bias?: Tensor | undefined;
  /** The batch row that each key and value is read from, int32 [batch, keyLen]; every row reads its own if absent. */
  readonly beamIndices?: Tensor | undefined;
  /** [heads]: a logit beside the scores of each query, whose weight attends to nothing; none if absent. */
  readonly sinks?: Tensor | undefined;
  /** How many of the keyLen keys are filled; all if absent. The others are spare capacity of a cache. */
  readonly filled?: number;
}

/** The heads that an attention projects, before they go through a cache. */
export interface ProjectedHeads {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Norms on the heads of query and key after their positions. */
export interface EncodedNorms {
  readonly encodedQueryNorm: (x: Tensor) => Tensor;
  readonly encodedKeyNorm: (x: Tensor) => Tensor;
}

/**
 * Applies a position encoding to query and key, then norms, and taps them before (`queryBeforePositions`,
 * `keyBeforePositions`) and after it (`query`, `key`), and `value`. `weights` are those of the encoding; `queryScope`
 * is the scope of the query where it is another one.
 */
export function encodePositions(
  { query, key, value }: ProjectedHeads,
  positionEncoding: PositionEncoding | undefined,
  weights: Weights<PositionEncoding>,
  scope: Scope,
  { encodedQueryNorm, encodedKeyNorm }: EncodedNorms = { encodedQueryNorm: x => x, encodedKeyNorm: x => x },
  queryScope: Scope = scope,
): ProjectedHeads {
  const encode = (x: Tensor, at: Scope) => positionEncoding?.onHeads?.(weights, x, at) ?? x;
  const encodeQuery = (x: Tensor) => positionEncoding?.onQuery?.(weights, x, queryScope) ?? x;
  const before = { query: scope.tap('queryBeforePositions', query), key: scope.tap('keyBeforePositions', key) };
  return {
    query: scope.tap('query', encodeQuery(encodedQueryNorm(encode(before.query, queryScope)))),
    key: scope.tap('key', encodedKeyNorm(encode(before.key, scope))),
    value: scope.tap('value', value),
  };
}

/**
 * Appends keys and values to those of earlier steps where a `cache` is in the scope: keyLen becomes the capacity of the
 * cache. Errors when the mask is not causal, or when the scope has no position.
 */
function appendToPast(heads: ProjectedHeads, read: AttendToPastOptions, scope: Scope): QueryKeyValue {
  const past = scope.get(cache);
  if (!past) return heads;
  const { mask } = read.options;
  const position = scope.get(keyRange)?.position;
  const refuse = (what: string) => {
    throw new ResidualError('cache', `selfAttention: at '${scope.path}' there is a cache but ${what}`);
  };
  if (!position) return refuse('no position in keyRange; run it by Cache.step');
  if (!mask?.causal)
    return refuse('the mask is not causal: earlier positions would have seen later ones; add causal()');
  if (past.mayDrop) past.moveKeys(scope.path, keyMover(read, scope));
  const entry = past.append(scope.path, heads.key, heads.value, position);
  return { query: heads.query, ...filledKeys(entry, scope) };
}

/** What makes the keys of an attention some positions earlier. Errors if its position encoding cannot. */
function keyMover(
  { positionEncoding, weights, moveKeys }: AttendToPastOptions,
  scope: Scope,
): (keys: Tensor, by: number) => Tensor {
  if (!positionEncoding?.onHeads) return keys => keys;
  if (moveKeys === null || !positionEncoding.moveKeys) {
    const name = positionEncoding.about?.name ?? 'its position encoding';
    const reason = moveKeys === null ? 'a norm follows the positions of its keys' : `${name} cannot move keys`;
    throw new ResidualError('cache', `at '${scope.path}' positions cannot be dropped from the cache: ${reason}`);
  }
  const move = (keys: Tensor, by: number) => positionEncoding.moveKeys!(weights, keys, by, scope);
  return moveKeys ? (keys, by) => moveKeys(keys, part => move(part, by)) : move;
}

/** The keys and values of a cache, as `attendHeads` reads them. */
export function filledKeys({ key, value }: KeysAndValues, scope: Scope): Omit<QueryKeyValue, 'query'> {
  const capacity = key.shape[2]!;
  const { totalLength = capacity, filledLength = totalLength } = scope.get(stepPositions) ?? {};
  const filled = Math.min(filledLength, capacity);
  return { key, value, beamIndices: scope.get(beamIndices), filled };
}

/**
 * The bias that the position encoding and `sharedBias` add to the scores, [1 | batch, heads, queryLen, keyLen];
 * undefined where neither does.
 */
export function scoreBias(
  { query, key }: QueryKeyValue,
  positionEncoding: PositionEncoding | undefined,
  weights: Weights<PositionEncoding>,
  scope: Scope,
): Tensor | undefined {
  const [heads, queryLen, keyLen] = [query.shape[1]!, query.shape[2]!, key.shape[2]!];
  const encodingBias = positionEncoding?.onScores?.(weights, { heads, queryLen, keyLen }, scope);
  const shared = scope.get(sharedBias);
  return encodingBias && shared ? add(encodingBias, shared) : (encodingBias ?? shared);
}

/** What `attendToPast` takes of an attention besides its heads. */
export interface AttendToPastOptions {
  /** What acts on heads or scores by their positions; none if undefined. */
  readonly positionEncoding: PositionEncoding | undefined;
  /** The weights of the position encoding. */
  readonly weights: Weights<PositionEncoding>;
  /** [heads]: the sinks of `attendHeads`. */
  readonly sinks?: Tensor | undefined;
  /** The settings of the attention. */
  readonly options: AttentionOptions;
  /**
   * Moves cached keys to earlier positions by `move`, where only a part of them has positions; null if they cannot be
   * moved. All of a key has positions if absent.
   */
  readonly moveKeys?: ((keys: Tensor, move: (part: Tensor) => Tensor) => Tensor) | null;
}

/**
 * Causal attention of heads [batch, heads | kvHeads, length, headDim] over their own keys and those of a `cache` in the
 * scope, to which they are appended: [batch, heads, queryLen, headDim]. `queryScope` is the scope of the queries.
 */
export function attendToPast(
  projected: ProjectedHeads,
  read: AttendToPastOptions,
  scope: Scope,
  queryScope: Scope = scope,
): Tensor {
  const { positionEncoding, weights, sinks, options } = read;
  return eachSequence({ ...projected }, scope, queryScope, (heads, within, ofQuery) => {
    const cached = appendToPast(heads, read, within);
    const bias = scoreBias(cached, positionEncoding, weights, ofQuery);
    return attendHeads({ ...cached, bias, sinks }, ofQuery.get(keyRange), options, ofQuery);
  });
}

/**
 * softmax(query keyᵀ · scale + bias) value: [batch, heads, queryLen, headDim]. It is one `attend` op, unless there are
 * sinks or a tap wants `scores` or `weights`: then it runs in three steps. Taps see the filled keys only. `headOutputs`
 * is the result.
 */
export function attendHeads(
  { filled, sinks, ...heads }: QueryKeyValue,
  range: KeyRange = {},
  options: AttentionOptions,
  scope: Scope,
): Tensor {
  const { mask = {}, scale, softCap, dropout } = options;
  const dropoutScope = scope.at('dropout');
  const inputs: AttendInputs = { ...heads, ...range };
  const attendOptions: AttendOptions = { ...mask, scale, softCap };
  if (!sinks && !scope.wants('scores') && !scope.wants('weights'))
    return scope.tap(
      'headOutputs',
      attend(inputs, { ...attendOptions, dropout: dropout?.randomStreamIn(dropoutScope) }),
    );

  const scores = tapFilledKeys('scores', attentionScores(inputs, attendOptions), filled, scope);
  const keyMask = attentionMask(heads.query.shape[2]!, heads.key.shape[2]!, mask, range);
  const weights = tapFilledKeys('weights', attentionWeights(scores, keyMask, sinks), filled, scope);
  const kept = dropout ? dropout({}, weights, dropoutScope) : weights;
  return scope.tap('headOutputs', attentionValues(kept, reorderCache(unpackCache(heads.value), heads.beamIndices)));
}

/**
 * Taps the first `filled` keys of x [batch, heads, queryLen, keyLen]; a replacement is put back before the other keys.
 */
function tapFilledKeys(name: string, x: Tensor, filled: number | undefined, scope: Scope): Tensor {
  const keyLen = x.shape[3]!;
  if (filled === undefined || filled === keyLen || !scope.wants(name)) return scope.tap(name, x);
  const filledPart = sliceAxis(x, 3, 0, filled);
  const tapped = scope.tap(name, filledPart);
  return tapped === filledPart ? x : concat([tapped, sliceAxis(x, 3, filled, keyLen - filled)], 3);
}
