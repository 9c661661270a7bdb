import { cache, keyRange, memoryMask } from '@residual/attention';
import { type Scope, stepPositions } from '@residual/layers';
import type { KeyRange, Tensor } from '@residual/tensor';

/** Where hooks act: the caller for errors, the path of the tensor, and its scope. */
export interface Site {
  readonly caller: string;
  readonly path: string;
  readonly scope: Scope;
}

/** How the positions of an activation, its last axis but one, lie in their text. */
export interface PositionAxis {
  /** The number of positions of each sequence. */
  readonly length: number;
  /** How often they are repeated: the queries of sequences that share a memory are joined in cross-attention. */
  readonly copies: number;
  /** The position of the first one, padding before the text included. */
  readonly offset: number;
  /** The length of the text so far, padding included. */
  readonly total: number;
  /** The padding of each sequence. */
  readonly range: KeyRange;
  /** Whether earlier positions are in a cache, so that this is a part of the text. */
  readonly isStep: boolean;
}

/** The positions of x [batch, ..., length, width] at a site. */
export function positionAxisOf(x: Tensor, { path, scope }: Site): PositionAxis {
  const length = x.shape.at(-2) ?? 1;
  const whole = { length, copies: 1, offset: 0, total: length, isStep: false };
  if (/(^|\.)crossAttention\.(key|value)(\.|$)|\.input\.memory$/.test(path))
    return { ...whole, range: scope.get(memoryMask) ?? {} };
  const range = scope.get(keyRange) ?? {};
  const past = scope.get(cache);
  const step = scope.get(stepPositions);
  if (!(past && step)) return { ...whole, range };
  const stepLength = step.positionIds.shape[1]!;
  const copies = length % stepLength === 0 ? length / stepLength : 1;
  return { length: length / copies, copies, offset: past.length, total: step.totalLength, range, isStep: true };
}
