import { type PositionEncoding, type Scope, stepPositions, type Weights } from '@residual/layers';
import { add, ResidualError, type Tensor } from '@residual/tensor';
import { type AttentionOptions, attendHeads, type QueryKeyValue } from './attend-heads.js';
import { cache } from './cache.js';
import { keyRange, sharedBias } from './mask.js';

/**
 * What a sequence takes from itself: its heads get their positions and are shown to the taps, join those of earlier steps where a `cache` is in the
 * scope, and look. `weights` are those of positions. Gives [batch, heads, queryLen, headDim].
 */
export function cachedAttention(
  { query, key, value }: QueryKeyValue,
  options: AttentionOptions & { readonly positionEncoding?: PositionEncoding },
  weights: Weights<PositionEncoding>,
  scope: Scope,
): Tensor {
  const { positionEncoding: positions } = options;
  const encode = (x: Tensor) => positions?.onHeads?.(weights, x, scope) ?? x;
  const own = {
    query: scope.tap('query', encode(query)),
    key: scope.tap('key', encode(key)),
    value: scope.tap('value', value),
  };
  const range = scope.get(keyRange) ?? {};
  const qkv = { ...own, ...appendToPast(own, options, scope) };
  const [heads, queryLen, keyLen] = [query.shape[1]!, query.shape[2]!, qkv.key.shape[2]!];
  const positionBias = positions?.onScores?.(weights, { heads, queryLen, keyLen }, scope);
  const shared = scope.get(sharedBias);
  const bias = positionBias && shared ? add(positionBias, shared) : (positionBias ?? shared);
  return attendHeads({ ...qkv, bias }, range, options, scope, filledKeys(scope, keyLen));
}

/** How many of `keyLen` keys are filled: all, unless they are the places of a cache. */
function filledKeys(scope: Scope, keyLen: number): number {
  return scope.get(cache) ? Math.min(scope.get(stepPositions)?.totalLength ?? keyLen, keyLen) : keyLen;
}

/** Keys and values after those of earlier steps. */
function appendToPast(
  { key, value }: QueryKeyValue,
  { mask }: AttentionOptions,
  scope: Scope,
): Pick<QueryKeyValue, 'key' | 'value' | 'source'> {
  const past = scope.get(cache);
  if (!past) return { key, value };
  const position = scope.get(keyRange)?.position;
  const refuse = (what: string) => {
    throw new ResidualError('cache', `selfAttention: at '${scope.path}' there is a cache but ${what}`);
  };
  if (!position) return refuse('no position in keyRange; run it by Cache.step');
  if (!mask?.causal)
    return refuse('the mask is not causal: earlier positions would have seen later ones; add causal()');
  return { ...past.append(scope.path, key, value, position), source: past.beamIndices };
}
