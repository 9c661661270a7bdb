import type { CrossAttentionInputs } from '@residual/attention';
import { type AnyLayer, type Bound, bind, expectSameWidth, type Layer, layer } from '@residual/layers';
import { add, expectOptions, type Tensor } from '@residual/tensor';
import type { BlockNeeds, BlockParts, TensorLayer } from './block.js';

/** A layer from x and a memory to a tensor. */
export type CrossLayer = AnyLayer<CrossAttentionInputs, Tensor>;

/** The parts of a block with cross-attention. */
export interface CrossBlockParts<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
> extends Omit<BlockParts<Norm, Attention, Mlp>, 'residualScale' | 'attentionDropout'> {
  /** Attends to the memory: x [batch, length, modelDim] and memory [batch, keyLen, memoryDim] to the shape of x. */
  readonly crossAttention: Cross;
}

/** The needs of a block with cross-attention: its parts by their use. */
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

/** A decoder block: x [batch, length, modelDim] and memory [batch, keyLen, memoryDim] to the shape of x. */
export interface CrossBlock<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
> extends Layer<CrossBlockNeeds<Norm, Attention, Cross, Mlp>, CrossAttentionInputs, Tensor> {}

/** The pre-norm decoder block: x + part(norm(x)) for self-attention, cross-attention and mlp. */
export function crossBlock<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
>(parts: CrossBlockParts<Norm, Attention, Cross, Mlp>): CrossBlock<Norm, Attention, Cross, Mlp> {
  return block('crossBlock', parts, {}, (x, memory, part) => {
    x = add(x, part.attentionDropout(part.attention(part.attentionNorm(x))));
    x = add(x, part.crossAttentionDropout(part.crossAttention({ x: part.crossAttentionNorm(x), memory })));
    return add(x, part.mlpDropout(part.mlp(part.mlpNorm(x))));
  });
}

/**
 * The post-norm decoder block of the original transformer and Marian: norm(x + part(x)) for each part (Vaswani et al.
 * 2017).
 */
export function postNormCrossBlock<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
>(parts: CrossBlockParts<Norm, Attention, Cross, Mlp>): CrossBlock<Norm, Attention, Cross, Mlp> {
  return block('postNormCrossBlock', parts, {}, (x, memory, part) => {
    x = part.attentionNorm(add(x, part.attentionDropout(part.attention(x))));
    x = part.crossAttentionNorm(add(x, part.crossAttentionDropout(part.crossAttention({ x, memory }))));
    return part.mlpNorm(add(x, part.mlpDropout(part.mlp(x))));
  });
}

/** The needs of `sandwichCrossBlock`. */
export type SandwichCrossBlockNeeds<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
> = CrossBlockNeeds<Norm, Attention, Cross, Mlp> & {
  readonly attentionOutputNorm: Norm;
  readonly crossAttentionOutputNorm: Norm;
  readonly mlpOutputNorm: Norm;
};

/** The decoder block of T5Gemma: x + norm(part(norm(x))) for each part (Zhang et al. 2025). */
export function sandwichCrossBlock<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
>(
  parts: CrossBlockParts<Norm, Attention, Cross, Mlp>,
): Layer<SandwichCrossBlockNeeds<Norm, Attention, Cross, Mlp>, CrossAttentionInputs, Tensor> {
  const { norm } = parts;
  const outputNorms = { attentionOutputNorm: norm, crossAttentionOutputNorm: norm, mlpOutputNorm: norm };
  return block('sandwichCrossBlock', parts, outputNorms, (x, memory, part) => {
    const attended = part.attentionOutputNorm(part.attention(part.attentionNorm(x)));
    x = add(x, part.attentionDropout(attended));
    const recalled = part.crossAttention({ x: part.crossAttentionNorm(x), memory });
    x = add(x, part.crossAttentionDropout(part.crossAttentionOutputNorm(recalled)));
    return add(x, part.mlpDropout(part.mlpOutputNorm(part.mlp(part.mlpNorm(x)))));
  });
}

/** Makes a block from further norms and its formula, which gets the parts as functions of their input. */
function block<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Cross extends CrossLayer,
  Mlp extends TensorLayer,
  More extends { readonly [name: string]: Norm },
>(
  name: string,
  options: CrossBlockParts<Norm, Attention, Cross, Mlp>,
  more: More,
  formula: (
    x: Tensor,
    memory: Tensor,
    part: Bound<
      CrossBlockNeeds<TensorLayer, TensorLayer, CrossLayer, TensorLayer> & { readonly [N in keyof More]: TensorLayer }
    >,
  ) => Tensor,
): Layer<CrossBlockNeeds<Norm, Attention, Cross, Mlp> & More, CrossAttentionInputs, Tensor> {
  expectOptions(name, options, { norm: 1, attention: 1, crossAttention: 1, mlp: 1, dropout: 0 });
  const { norm, attention, crossAttention, mlp, dropout } = options;
  const width = expectSameWidth(name, { norm, attention, crossAttention, mlp, dropout });
  const { memoryDim } = crossAttention.about;
  const needs = {
    attentionNorm: norm,
    attention,
    attentionDropout: dropout,
    crossAttentionNorm: norm,
    crossAttention,
    crossAttentionDropout: dropout,
    mlpNorm: norm,
    mlp,
    mlpDropout: dropout,
    ...more,
  };
  const made = layer(
    needs as { readonly [name: string]: AnyLayer | undefined },
    (w, { x, memory }: CrossAttentionInputs, scope) => formula(x, memory, bind(needs, w as never, scope) as never),
    { name, inDim: width, outDim: width, ...(memoryDim && { memoryDim }) },
  );
  return made as never;
}
