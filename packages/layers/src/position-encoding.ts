import { ResidualError, range, reshape, type Tensor } from '@residual/tensor';
import type { LayerInfo } from './layer.js';
import type { Needs } from './needs.js';
import type { PositionTableCache } from './position-table-cache.js';
import { type Scope, slot } from './scope.js';

/** Where the rows of this step stand: ids int32 [1 | batch, length], and how many positions the longest sequence has by the end of it. */
export interface StepPositions {
  readonly positionIds: Tensor;
  readonly totalLength: number;
  /** How many positions sequences may have before the shapes of a step change, such as the capacity of a cache: tables are made for so many. */
  readonly capacity?: number;
  /** Where tables of that capacity are held from step to step; made anew in each step if absent. */
  readonly tables?: PositionTableCache;
}

/** The slot of the places of this step; a layer that finds it empty counts 0 .. length - 1. */
export const stepPositions = /* @__PURE__ */ slot<StepPositions>('stepPositions');

/** The places in the scope, or 0 .. length - 1. */
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
 * A way to tell positions apart, with a hook wherever such a way may act: on the input of the first block, on the heads of query and key, on the
 * scores. Attention and embeddings need not know each other: they meet here.
 */
// biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the scheme that is put in
export interface PositionEncoding<N extends Needs = any> {
  readonly needs: N;
  readonly about?: LayerInfo;
  /** What it was made for, where that matters: width of the input, number of heads, width of a head. */
  readonly dim?: number;
  readonly heads?: number;
  readonly headDim?: number;
  /** x [batch, length, modelDim] with positions in it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onInput?(weights: any, x: Tensor, scope: Scope): Tensor;
  /** A query or key [batch, heads, length, headDim] with positions in it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onHeads?(weights: any, x: Tensor, scope: Scope): Tensor;
  /** What is added to the scores: [1 | batch, heads, 1 | queryLen, keyLen]. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  onScores?(weights: any, shape: { heads: number; queryLen: number; keyLen: number }, scope: Scope): Tensor;
}

/** Throws unless positions, if there are any, act where they were put and were made for the dims that are there. */
export function expectPositionEncoding(
  name: string,
  encoding: PositionEncoding | undefined,
  site: 'input' | 'attention',
  dims: Pick<PositionEncoding, 'dim' | 'heads' | 'headDim'>,
): void {
  if (!encoding) return;
  const encodingName = encoding.about?.name ?? 'the scheme of positions';
  const acts = site === 'input' ? encoding.onInput : (encoding.onHeads ?? encoding.onScores);
  if (!acts) {
    const [there, here] =
      site === 'input' ? ['inside attention', 'on the input'] : ['on the input', 'inside attention'];
    throw new ResidualError('fit', `${name}: ${encodingName} acts ${there} only and would do nothing ${here}`);
  }
  for (const dim of ['dim', 'heads', 'headDim'] as const) {
    if (encoding[dim] === undefined || dims[dim] === undefined || encoding[dim] === dims[dim]) continue;
    throw new ResidualError(
      'fit',
      `${name}: ${encodingName} is made for ${dim} ${encoding[dim]}, here ${dim} is ${dims[dim]}; they must be equal`,
    );
  }
}
