import { type Positions, places, type Scope, type Weights } from '@residual/layers';
import { add, ResidualError, type Tensor } from '@residual/tensor';
import { cache } from './cache.js';
import { type Heads, type LookOptions, look } from './look.js';
import { extent, sharedBias } from './mask.js';

/**
 * What a sequence takes from itself: its heads get their positions and are shown to the taps, join those of earlier steps where a `cache` is in the
 * scope, and look. `weights` are those of positions. Gives [batch, heads, queryLen, headDim].
 */
export function lookBack(
  { query, key, value }: Heads,
  options: LookOptions & { readonly positions?: Positions },
  weights: Weights<Positions>,
  scope: Scope,
): Tensor {
  const { positions } = options;
  const placed = (x: Tensor) => positions?.onHeads?.(weights, x, scope) ?? x;
  const own = {
    query: scope.tap('query', placed(query)),
    key: scope.tap('key', placed(key)),
    value: scope.tap('value', value),
  };
  const where = scope.get(extent) ?? {};
  const seen = { ...own, ...withPast(own, options, scope) };
  const [heads, queryLen, keyLen] = [query.shape[1]!, query.shape[2]!, seen.key.shape[2]!];
  const placedBias = positions?.onScores?.(weights, { heads, queryLen, keyLen }, scope);
  const shared = scope.get(sharedBias);
  const bias = placedBias && shared ? add(placedBias, shared) : (placedBias ?? shared);
  return look({ ...seen, bias }, where, options, scope, filledOf(scope, keyLen));
}

/** How many of `keyLen` keys are filled: all, unless they are the places of a cache. */
function filledOf(scope: Scope, keyLen: number): number {
  return scope.get(cache) ? Math.min(scope.get(places)?.total ?? keyLen, keyLen) : keyLen;
}

/** Keys and values after those of earlier steps. */
function withPast({ key, value }: Heads, { mask }: LookOptions, scope: Scope): Pick<Heads, 'key' | 'value' | 'source'> {
  const past = scope.get(cache);
  if (!past) return { key, value };
  const position = scope.get(extent)?.position;
  const refuse = (what: string) => {
    throw new ResidualError('cache', `selfAttention: at '${scope.path}' there is a cache but ${what}`);
  };
  if (!position) return refuse('no position in the extent; run it by Cache.step');
  if (!mask?.causal)
    return refuse('the mask is not causal: earlier positions would have seen later ones; add causal()');
  return { ...past.append(scope.path, key, value, position), source: past.source };
}
