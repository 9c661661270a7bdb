import { type DisentangledPositions, relativeVectors } from '@residual/attention';
import { type Layer, layer } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { TensorLayer } from '../block.js';
import type { BlockOrList, Stack } from '../stack.js';

/** The layer of `disentangledStack`: the weights of the stack, and those of the vectors of distances. */
export interface DisentangledStack<Blocks extends BlockOrList<TensorLayer>>
  extends Layer<Stack<Blocks>['needs'] & { readonly relative: DisentangledPositions }, Tensor, Tensor> {}

/**
 * A stack whose blocks share the vectors of distances that their `disentangledAttention` needs: [batch, length,
 * modelDim] to the same. They are computed once for a pass. Taps as in `stack`.
 */
export function disentangledStack<const Blocks extends BlockOrList<TensorLayer>>(
  blocks: Stack<Blocks>,
  positions: DisentangledPositions,
): DisentangledStack<Blocks> {
  const needs = { ...blocks.needs, relative: positions };
  return layer(
    needs as never,
    (w: { readonly relative: never }, x: Tensor, scope) => {
      const vectors = positions(w.relative, x, scope.at('relative'));
      return blocks(w as never, x, scope.with(relativeVectors, vectors));
    },
    { ...blocks.about, name: 'disentangledStack', partial: true },
  ) as never;
}
