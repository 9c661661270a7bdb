import type { CrossAttentionInputs } from '@residual/attention';
import { type AnyLayer, type Bound, bind, expectSameWidth, type Layer, layer } from '@residual/layers';
import { add, expectOptions, type Tensor } from '@residual/tensor';
import type { BlockNeeds, BlockParts, TensorLayer } from './block.js';

/** Any layer from x and a memory to a tensor. */
export type CrossLayer = AnyLayer<CrossAttentionInputs, Tensor>;

/** The parts of a block that also reads a memory. */
export interface CrossBlockParts<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
> extends BlockParts<Norm, Attention, Mlp> {
  /** Reads the memory: x and memory to x. */
  readonly crossAttention: Cross;
}

/** What such a block needs: its parts by their use. */
export type CrossBlockNeeds<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
> = BlockNeeds<Norm, Attention, Mlp> & {
  readonly crossAttentionNorm: Norm;
  readonly crossAttention: Cross;
  readonly crossAttentionDropout: TensorLayer | undefined;
};

/** A decoder's block: x [batch, length, modelDim] and memory [batch, keyLen, memoryDim] to x. */
export interface CrossBlock<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
> extends Layer<CrossBlockNeeds<Norm, Attention, Cross, Mlp>, CrossAttentionInputs, Tensor> {}

/** Self-attention, attention to a memory, a perceptron, each after its norm: x + part(norm(x)) three times. */
export function crossBlock<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
>(parts: CrossBlockParts<Norm, Attention, Cross, Mlp>): CrossBlock<Norm, Attention, Cross, Mlp> {
  return block('crossBlock', parts, (x, memory, part) => {
    x = add(x, part.attentionDropout(part.attention(part.attentionNorm(x))));
    x = add(x, part.crossAttentionDropout(part.crossAttention({ x: part.crossAttentionNorm(x), memory })));
    return add(x, part.mlpDropout(part.mlp(part.mlpNorm(x))));
  });
}

/** The same with a norm after each sum, norm(x + part(x)), as in the first transformer and Marian (Vaswani et al. 2017). */
export function postNormCrossBlock<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
>(parts: CrossBlockParts<Norm, Attention, Cross, Mlp>): CrossBlock<Norm, Attention, Cross, Mlp> {
  return block('postNormCrossBlock', parts, (x, memory, part) => {
    x = part.attentionNorm(add(x, part.attentionDropout(part.attention(x))));
    x = part.crossAttentionNorm(add(x, part.crossAttentionDropout(part.crossAttention({ x, memory }))));
    return part.mlpNorm(add(x, part.mlpDropout(part.mlp(x))));
  });
}

/** A block by its formula, in which each part has its weights and its place already. */
function block<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
>(
  name: string,
  options: CrossBlockParts<Norm, Attention, Cross, Mlp>,
  formula: (
    x: Tensor,
    memory: Tensor,
    part: Bound<CrossBlockNeeds<TensorLayer, TensorLayer, CrossLayer, TensorLayer>>,
  ) => Tensor,
): CrossBlock<Norm, Attention, Cross, Mlp> {
  expectOptions(name, options, { norm: 1, attention: 1, crossAttention: 1, mlp: 1, dropout: 0 });
  const { norm, attention, crossAttention, mlp, dropout } = options;
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
  const parts: CrossBlockNeeds<TensorLayer, TensorLayer, CrossLayer, TensorLayer> = needs;
  const about = { name, inDim: width, outDim: width };
  return layer(
    needs,
    (w, { x, memory }: CrossAttentionInputs, scope) => formula(x, memory, bind(parts, w, scope)),
    about,
  );
}
