import { outputPosition, type Scope, stepPositions, stepPositionsOf } from '@residual/layers';
import { add, gather, reshape, type Tensor } from '@residual/tensor';
import { keyRange, sharedBias } from './mask.js';

/**
 * The scope of the queries of an attention on x [batch, length, modelDim]. If only one position is needed
 * (`outputPosition`), its step positions, its place in the key range and its row of the shared bias are those of the
 * one query; otherwise it is the scope itself.
 */
export function queryScopeOf(x: Tensor, scope: Scope): Scope {
  const position = scope.get(outputPosition);
  if (!position) return scope;
  const positions = stepPositionsOf(scope, x.shape[1]!);
  const range = scope.get(keyRange);
  const bias = scope.get(sharedBias);
  const isOfAllQueries = bias !== undefined && bias.shape[2]! > 1;
  return scope
    .with(stepPositions, { ...positions, positionIds: gather(positions.positionIds, position, 1) })
    .with(keyRange, { ...range, position: range?.position ? add(range.position, position) : reshape(position, [1]) })
    .with(sharedBias, isOfAllQueries ? gather(bias, position, 2) : bias);
}
