import { outputPosition, randomness, type Scope, selectOutputPosition } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { TensorLayer } from './block.js';
import { logitPositions } from './logit-positions.js';

/** A layer that returns only the `outputPosition`, if there is one, even if it computes all positions. */
export function selectingPosition(part: TensorLayer): TensorLayer {
  if (part.about.selectsPosition) return part;
  const run = (weights: unknown, x: Tensor, scope: Scope) =>
    selectOutputPosition(part(weights, x, scope.with(outputPosition, undefined)), scope);
  return Object.assign(run, part);
}

/**
 * The position that the blocks of a model on `length` positions need to return, where it is only one: that of
 * `logitPositions`. Undefined if they return all: where there are taps, which see whole tensors, or dropout, whose
 * randomness depends on the shape.
 */
export function neededPosition({ about }: TensorLayer, length: number, scope: Scope): Tensor | undefined {
  const rows = scope.get(logitPositions);
  if (!about.selectsPosition || scope.hasTaps || scope.get(randomness)) return undefined;
  return length > 1 && rows?.shape[0] === 1 ? rows : undefined;
}
