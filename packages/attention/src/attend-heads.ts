import type { Dropout, Scope } from '@residual/layers';
import {
  type AttendInputs,
  type AttendOptions,
  attend,
  attentionMask,
  attentionScores,
  attentionValues,
  attentionWeights,
  concat,
  expectOptions,
  type KeyRange,
  reorderCache,
  sliceAxis,
  type Tensor,
} from '@residual/tensor';
import type { Mask } from './mask.js';
import type { BiasOptions } from './projections.js';

/** How heads look at keys: shared by self-, cross- and low-rank attention. */
export interface AttentionOptions {
  /** Which keys may be seen; all if absent. */
  readonly mask?: Mask;
  /** What scores are multiplied by; 1 / √headDim if absent. */
  readonly scale?: number;
  /** Bounds scores to softCap · tanh(score / softCap). */
  readonly softCap?: number;
  /** Dropout on the attention weights [batch, heads, queryLen, keyLen]. */
  readonly dropout?: Dropout | undefined;
}

/** Their names. */
export const attentionOptionNames = { mask: 0, scale: 0, softCap: 0, dropout: 0 } as const;

/** Throws where a mask is none, such as the function that makes it, or only some projections say whether they have a bias. */
export function expectAttentionOptions(
  name: string,
  { mask, bias }: AttentionOptions & { readonly bias?: BiasOptions },
): void {
  if (mask) expectOptions(`${name}: mask`, mask, { causal: 0, window: 0 });
  if (typeof bias === 'object') expectOptions(`${name}: bias`, bias, { query: 1, key: 1, value: 1, output: 1 });
}

/** The heads of one attention, [batch, heads | kvHeads, queryLen | keyLen, headDim], with what positions add to the scores. */
export interface QueryKeyValue {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly bias?: Tensor | undefined;
  /** The batch row that key and value of each place are read from, int32 [batch, keyLen]; each row its own if absent. */
  readonly source?: Tensor | undefined;
}

/**
 * What each query takes from the values, softmax(query keyᵀ · scale) value: [batch, heads, queryLen, headDim]. One `attend` op, unless someone asked for
 * `scores` or `weights`; then the same in three steps. Behind the first `filled` keys there is only room in a cache, which is not shown.
 */
export function attendHeads(
  heads: QueryKeyValue,
  range: KeyRange,
  options: AttentionOptions,
  scope: Scope,
  filled: number = heads.key.shape[2]!,
): Tensor {
  const { mask = {}, scale, softCap, dropout } = options;
  const dropoutScope = scope.at('dropout');
  const inputs: AttendInputs = { ...heads, ...range };
  const attendOptions: AttendOptions = { ...mask, scale, softCap };
  if (!scope.wants('scores') && !scope.wants('weights'))
    return attend(inputs, { ...attendOptions, dropout: dropout?.randomStreamIn(dropoutScope) });

  const scores = tapFilledKeys('scores', attentionScores(inputs, attendOptions), filled, scope);
  const keyMask = attentionMask(heads.query.shape[2]!, heads.key.shape[2]!, mask, range);
  const weights = tapFilledKeys('weights', attentionWeights(scores, keyMask), filled, scope);
  return attentionValues(
    dropout ? dropout({}, weights, dropoutScope) : weights,
    reorderCache(heads.value, heads.source),
  );
}

/** Hands a tap the first `filled` keys of x [batch, heads, queryLen, keyLen]; what it puts in their place stands before the others. */
function tapFilledKeys(name: string, x: Tensor, filled: number, scope: Scope): Tensor {
  const keyLen = x.shape[3]!;
  if (filled === keyLen || !scope.wants(name)) return scope.tap(name, x);
  const filledPart = sliceAxis(x, 3, 0, filled);
  const tapped = scope.tap(name, filledPart);
  return tapped === filledPart ? x : concat([tapped, sliceAxis(x, 3, filled, keyLen - filled)], 3);
}
