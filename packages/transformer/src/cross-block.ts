import type { WithMemory } from '@residual/attention';
import { type AnyLayer, type Bound, bind, expectSameWidth, type Layer, layer } from '@residual/layers';
import { add, expectOptions, type Tensor } from '@residual/tensor';
import type { BlockNeeds, BlockParts, Part } from './block.js';

/** Any layer from x and a memory to a tensor. */
export type CrossPart = AnyLayer<WithMemory, Tensor>;

/** The parts of a block that also reads a memory. */
export interface CrossBlockParts<Norm extends Part, Attention extends Part, Cross extends CrossPart, Mlp extends Part>
  extends BlockParts<Norm, Attention, Mlp> {
  /** Reads the memory: x and memory to x. */
  readonly crossAttention: Cross;
}

/** What such a block needs: its parts by their use. */
export type CrossBlockNeeds<
  Norm extends Part,
  Attention extends Part,
  Cross extends CrossPart,
  Mlp extends Part,
> = BlockNeeds<Norm, Attention, Mlp> & {
  readonly crossAttentionNorm: Norm;
  readonly crossAttention: Cross;
  readonly crossAttentionDropout: Part | undefined;
};

/** A decoder's block: x [batch, length, modelDim] and memory [batch, keyLen, memoryDim] to x. */
export interface CrossBlock<Norm extends Part, Attention extends Part, Cross extends CrossPart, Mlp extends Part>
  extends Layer<CrossBlockNeeds<Norm, Attention, Cross, Mlp>, WithMemory, Tensor> {}

/** Self-attention, attention to a memory, a perceptron, each after its norm: x + part(norm(x)) three times. */
export function crossBlock<Norm extends Part, Attention extends Part, Cross extends CrossPart, Mlp extends Part>(
  parts: CrossBlockParts<Norm, Attention, Cross, Mlp>,
): CrossBlock<Norm, Attention, Cross, Mlp> {
  return block('crossBlock', parts, (x, memory, part) => {
    x = add(x, part.attentionDropout(part.attention(part.attentionNorm(x))));
    x = add(x, part.crossAttentionDropout(part.crossAttention({ x: part.crossAttentionNorm(x), memory })));
    return add(x, part.mlpDropout(part.mlp(part.mlpNorm(x))));
  });
}

/** The same with a norm after each sum, norm(x + part(x)), as in the first transformer and Marian (Vaswani et al. 2017). */
export function postNormCrossBlock<
  Norm extends Part,
  Attention extends Part,
  Cross extends CrossPart,
  Mlp extends Part,
>(parts: CrossBlockParts<Norm, Attention, Cross, Mlp>): CrossBlock<Norm, Attention, Cross, Mlp> {
  return block('postNormCrossBlock', parts, (x, memory, part) => {
    x = part.attentionNorm(add(x, part.attentionDropout(part.attention(x))));
    x = part.crossAttentionNorm(add(x, part.crossAttentionDropout(part.crossAttention({ x, memory }))));
    return part.mlpNorm(add(x, part.mlpDropout(part.mlp(x))));
  });
}

/** A block by its formula, in which each part has its weights and its place already. */
function block<Norm extends Part, Attention extends Part, Cross extends CrossPart, Mlp extends Part>(
  name: string,
  given: CrossBlockParts<Norm, Attention, Cross, Mlp>,
  formula: (x: Tensor, memory: Tensor, part: Bound<CrossBlockNeeds<Part, Part, CrossPart, Part>>) => Tensor,
): CrossBlock<Norm, Attention, Cross, Mlp> {
  expectOptions(name, given, { norm: 1, attention: 1, crossAttention: 1, mlp: 1, dropout: 0 });
  const { norm, attention, crossAttention, mlp, dropout } = given;
  const width = expectSameWidth(name, { norm, attention, crossAttention, mlp, dropout });
  const needs: CrossBlockNeeds<Norm, Attention, Cross, Mlp> = {
    attentionNorm: norm,
    attention,
    attentionDropout: dropout,
    crossAttentionNorm: norm,
    crossAttention,
    crossAttentionDropout: dropout,
    mlpNorm: norm,
    mlp,
    mlpDropout: dropout,
  };
  const parts: CrossBlockNeeds<Part, Part, CrossPart, Part> = needs;
  const about = { name, reads: width, gives: width };
  return layer(needs, (w, { x, memory }: WithMemory, scope) => formula(x, memory, bind(parts, w, scope)), about);
}
