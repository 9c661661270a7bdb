import { type AnyLayer, type Bound, bind, expectSameWidth, type Layer, layer } from '@residual/layers';
import { add, expectOptions, type Tensor } from '@residual/tensor';

/** A layer from a tensor to a tensor. */
export type TensorLayer = AnyLayer<Tensor, Tensor>;

/** The parts of a block. Each use of the norm and of dropout has its own weights and randomness. */
export interface BlockParts<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer> {
  /** The norm of each part. */
  readonly norm: Norm;
  /** Mixes positions: [batch, length, modelDim] to the same. */
  readonly attention: Attention;
  /** Acts on each position separately: [batch, length, modelDim] to the same. */
  readonly mlp: Mlp;
  /** Dropout on the output of each part; none if absent. */
  readonly dropout?: TensorLayer | undefined;
}

/** The parts of a block without cross-attention. */
export interface PlainBlockParts<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>
  extends BlockParts<Norm, Attention, Mlp> {
  /** The norm of the attention, where it is another; `activation('identity')` for none. */
  readonly attentionNorm?: TensorLayer | undefined;
}

/** The needs of a block: its parts by their use. */
export type BlockNeeds<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer> = {
  readonly attentionNorm: Norm;
  readonly attention: Attention;
  readonly attentionDropout: TensorLayer | undefined;
  readonly mlpNorm: Norm;
  readonly mlp: Mlp;
  readonly mlpDropout: TensorLayer | undefined;
};

/** A block: [batch, length, modelDim] to the same. */
export interface Block<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>
  extends Layer<BlockNeeds<Norm, Attention, Mlp>, Tensor, Tensor> {}

/**
 * The pre-norm block of GPT-2 and Llama, [batch, length, modelDim] to the same: x + attention(norm(x)), then x +
 * mlp(norm(x)) (Xiong et al. 2020).
 */
export function transformerBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: PlainBlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('transformerBlock', parts, (x, part) => {
    x = add(x, part.attentionDropout(part.attention(part.attentionNorm(x))));
    return add(x, part.mlpDropout(part.mlp(part.mlpNorm(x))));
  });
}

/**
 * The post-norm block of the original transformer and of BERT: norm(x + attention(x)), then norm(x + mlp(x)) (Vaswani
 * et al. 2017).
 */
export function postNormBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: PlainBlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('postNormBlock', parts, (x, part) => {
    x = part.attentionNorm(add(x, part.attentionDropout(part.attention(x))));
    return part.mlpNorm(add(x, part.mlpDropout(part.mlp(x))));
  });
}

/** The parallel block of GPT-NeoX: x + attention(norm(x)) + mlp(norm(x)), both of the same x (Black et al. 2022). */
export function parallelBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: PlainBlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('parallelBlock', parts, (x, part) => {
    const attended = part.attentionDropout(part.attention(part.attentionNorm(x)));
    return add(add(x, attended), part.mlpDropout(part.mlp(part.mlpNorm(x))));
  });
}

/** Makes a block from its formula, which gets the parts as functions of their input (`bind`). */
function block<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  name: string,
  options: PlainBlockParts<Norm, Attention, Mlp>,
  formula: (x: Tensor, part: Bound<BlockNeeds<TensorLayer, TensorLayer, TensorLayer>>) => Tensor,
): Block<Norm, Attention, Mlp> {
  expectOptions(name, options, { norm: 1, attentionNorm: 0, attention: 1, mlp: 1, dropout: 0 });
  const { norm, attentionNorm = norm, attention, mlp, dropout } = options;
  const width = expectSameWidth(name, { norm, attentionNorm, attention, mlp, dropout });
  const needs: BlockNeeds<Norm, Attention, Mlp> = {
    attentionNorm: attentionNorm as Norm,
    attention,
    attentionDropout: dropout,
    mlpNorm: norm,
    mlp,
    mlpDropout: dropout,
  };
  const parts: BlockNeeds<TensorLayer, TensorLayer, TensorLayer> = needs; // for a formula that knows no exact types
  return layer(needs, (w, x: Tensor, scope) => formula(x, bind(parts, w, scope)), {
    name,
    inDim: width,
    outDim: width,
  });
}
