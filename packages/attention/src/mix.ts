import { type AnyLayer, type Positions, randomness, type Scope } from '@residual/layers';
import {
  type AttendInputs,
  type AttendOptions,
  attend,
  attentionScores,
  attentionValues,
  attentionWeights,
  type Extent,
  ResidualError,
  type Tensor,
  visibleKeys,
} from '@residual/tensor';
import type { Mask } from './mask.js';

/** How heads look at keys: shared by self-, cross- and low-rank attention. */
export interface LookOptions {
  /** Which keys may be seen; all if absent. */
  readonly mask?: Mask;
  /** What scores are multiplied by; 1 / √headDim if absent. */
  readonly scale?: number;
  /** Bounds scores to ±softCap. */
  readonly softCap?: number;
  /** A layer on the attention weights [batch, heads, queryLen, keyLen], such as dropout. */
  readonly onWeights?: AnyLayer<Tensor, Tensor>;
}

/** The heads of one attention with what the positions add to them. */
export interface Heads {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly bias?: Tensor;
}

/**
 * What each query takes from the values: [batch, heads, queryLen, valueDim]. One `attend` op, unless someone asked for `scores` or `weights` or a layer
 * acts on the weights; then the same in three steps.
 */
export function look(heads: Heads, extent: Extent, options: LookOptions, scope: Scope): Tensor {
  const { mask = {}, scale, softCap, onWeights } = options;
  const inputs: AttendInputs = { ...heads, ...extent };
  const settings: AttendOptions = { ...mask, scale, softCap };
  const acts = onWeights && scope.get(randomness);
  if (!acts && !scope.wants('scores') && !scope.wants('weights')) return attend(inputs, settings);
  const scores = scope.tap('scores', attentionScores(inputs, settings));
  const visible = visibleKeys(heads.query.shape[2]!, heads.key.shape[2]!, mask, extent);
  const weights = scope.tap('weights', attentionWeights(scores, visible));
  const mixed = onWeights ? onWeights({}, weights, scope.at('weights')) : weights;
  return attentionValues(mixed, heads.value);
}

/** A query or key with positions in it. */
export function placed(positions: Positions | undefined, weights: unknown, x: Tensor, scope: Scope): Tensor {
  return positions?.onHeads ? positions.onHeads(weights, x, scope) : x;
}

/** What positions add to the scores. */
export function biasOf(
  positions: Positions | undefined,
  weights: unknown,
  shape: { heads: number; queryLen: number; keyLen: number },
  scope: Scope,
): Tensor | undefined {
  return positions?.onScores?.(weights, shape, scope);
}

/** Throws unless rotary positions were made for heads of this size. */
export function expectHeadDim(name: string, positions: Positions | undefined, headDim: number): void {
  const made = positions && 'headDim' in positions ? positions.headDim : headDim;
  if (made !== headDim)
    throw new ResidualError('fit', `${name}: positions are for headDim ${made}, the heads have ${headDim}`);
}
