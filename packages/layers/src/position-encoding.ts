import { ResidualError, range, reshape, type Tensor } from '@residual/tensor';
import type { LayerInfo } from './layer.js';
import type { Needs } from './needs.js';
import type { PositionTableCache } from './position-table-cache.js';
import { type Scope, slot } from './scope.js';

/** The positions of the tokens of a step. */
export interface StepPositions {
  /** int32 [1 | batch, length]. */
  readonly positionIds: Tensor;
  /** The length of the longest sequence after this step. */
  readonly totalLength: number;
  /** How many positions of a cache are filled after it, padding included; `totalLength` if absent. */
  readonly filledLength?: number;
  /**
   * The number of positions for which tables are made, such as the capacity of a cache: up to it, shapes stay the same
   * from step to step.
   */
  readonly capacity?: number;
  /** Keeps tables of that capacity from step to step; if absent, each step makes its own. */
  readonly tables?: PositionTableCache;
}

/** The slot for the positions of this step. If it is empty, they are 0 .. length - 1. */
export const stepPositions = /* @__PURE__ */ slot<StepPositions>('stepPositions');

/** The positions in the scope; 0 .. length - 1 if there are none. */
export function stepPositionsOf(scope: Scope, length: number): StepPositions {
  return (
    scope.get(stepPositions) ?? {
      positionIds: reshape(range(length), [1, length]),
      totalLength: length,
      capacity: length,
    }
  );
}

/**
 * A position encoding. It has a hook for each point where one can act: the input of the first block, the heads of query
 * and key, and the scores. This interface connects attention and embeddings, which do not import each other.
 */
// biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the given encoding
export interface PositionEncoding<N extends Needs = any> {
  readonly needs: N;
  readonly about?: LayerInfo;
  /** The width of the input, number of heads and width of a head that it was made for, where they matter. */
  readonly dim?: number;
  readonly heads?: number;
  readonly headDim?: number;
  /** Adds positions to x [batch, length, modelDim]. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onInput?(weights: any, x: Tensor, scope: Scope): Tensor;
  /** Applies positions to a query or key [batch, heads, length, headDim]. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onHeads?(weights: any, x: Tensor, scope: Scope): Tensor;
  /**
   * Keys [batch, heads, length, headDim] that `onHeads` has positioned, as they are `by` positions earlier. An encoding
   * with `onHeads` that lacks it cannot move what a cache holds; one without `onHeads` leaves keys as they are.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  moveKeys?(weights: any, keys: Tensor, by: number, scope: Scope): Tensor;
  /** Applies more to a query alone, after `onHeads` and norms, such as a temperature that grows with the position. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onQuery?(weights: any, x: Tensor, scope: Scope): Tensor;
  /** The bias that is added to the scores: [1 | batch, heads, 1 | queryLen, keyLen]. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onScores?(weights: any, shape: { heads: number; queryLen: number; keyLen: number }, scope: Scope): Tensor;
}

/** Throws if a position encoding has no hook for `site`, or was made for other dims. */
export function expectPositionEncoding(
  name: string,
  encoding: PositionEncoding | undefined,
  site: 'input' | 'attention',
  dims: Pick<PositionEncoding, 'dim' | 'heads' | 'headDim'>,
): void {
  if (!encoding) return;
  const encodingName = encoding.about?.name ?? 'the position encoding';
  const acts = site === 'input' ? encoding.onInput : (encoding.onHeads ?? encoding.onQuery ?? encoding.onScores);
  if (!acts) {
    const [actsOn, usedOn] =
      site === 'input' ? ['inside attention', 'on the input'] : ['on the input', 'inside attention'];
    throw new ResidualError('fit', `${name}: ${encodingName} acts ${actsOn} only and would do nothing ${usedOn}`);
  }
  for (const dim of ['dim', 'heads', 'headDim'] as const) {
    if (encoding[dim] === undefined || dims[dim] === undefined || encoding[dim] === dims[dim]) continue;
    throw new ResidualError(
      'fit',
      `${name}: ${encodingName} is made for ${dim} ${encoding[dim]}, here ${dim} is ${dims[dim]}; they must be equal`,
    );
  }
}
