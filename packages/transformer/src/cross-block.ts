import { type AnyLayer, expectSameWidth, type Layer, layer } from '@residual/layers';
import { add, type Tensor } from '@residual/tensor';
import type { BlockParts, Part } from './block.js';

/** What a block with cross-attention reads. */
export interface WithMemory {
  readonly x: Tensor;
  readonly memory: Tensor;
}

/** The parts of a block that also reads a memory. */
export interface CrossBlockParts extends BlockParts<Part, Part, Part> {
  readonly crossAttention: AnyLayer<WithMemory, Tensor>;
  /** Whether norms stand before each part (`pre`, the default) or after each sum (`post`, as in the first transformer and Marian). */
  readonly order?: 'pre' | 'post';
}

/** What it needs. */
export interface CrossBlockNeeds {
  readonly attentionNorm: Part;
  readonly attention: Part;
  readonly crossAttentionNorm: Part;
  readonly crossAttention: AnyLayer<WithMemory, Tensor>;
  readonly mlpNorm: Part;
  readonly mlp: Part;
}

/** A decoder's block: x and memory to x. */
export interface CrossBlock extends Layer<CrossBlockNeeds, WithMemory, Tensor> {}

/** Self-attention, cross-attention to a memory, and a perceptron, each with its norm and its sum (Vaswani et al. 2017). */
export function crossBlock({
  norm,
  attention,
  crossAttention,
  mlp,
  dropout,
  order = 'pre',
}: CrossBlockParts): CrossBlock {
  const width = expectSameWidth('crossBlock', { norm, attention, crossAttention, mlp });
  const needs: CrossBlockNeeds = {
    attentionNorm: norm,
    attention,
    crossAttentionNorm: norm,
    crossAttention,
    mlpNorm: norm,
    mlp,
  };
  return layer(
    needs,
    (w, { x, memory }: WithMemory, scope) => {
      const step = (use: 'attention' | 'crossAttention' | 'mlp', y: Tensor, part: (input: Tensor) => Tensor) => {
        const normed = (z: Tensor) => norm(w[`${use}Norm`], z, scope.at(`${use}Norm`));
        const drop = (z: Tensor) => (dropout ? dropout({}, z, scope.at(`${use}Dropout`)) : z);
        return order === 'pre' ? add(y, drop(part(normed(y)))) : normed(add(y, drop(part(y))));
      };
      x = step('attention', x, y => attention(w.attention, y, scope.at('attention')));
      x = step('crossAttention', x, y =>
        crossAttention(w.crossAttention, { x: y, memory }, scope.at('crossAttention')),
      );
      return step('mlp', x, y => mlp(w.mlp, y, scope.at('mlp')));
    },
    { name: 'crossBlock', reads: width, gives: width },
  );
}
