import { type AnyLayer, type Bound, bind, expectSameWidth, type Layer, layer } from '@residual/layers';
import { add, expectOptions, type Tensor } from '@residual/tensor';

/** Any layer from a tensor to a tensor. */
export type TensorLayer = AnyLayer<Tensor, Tensor>;

/** The parts of a block: a norm (each use has weights of its own), an attention, a perceptron, and dropout on what they add. */
export interface BlockParts<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer> {
  /** The norm beside each part. */
  readonly norm: Norm;
  /** Reads the whole sequence: [batch, length, modelDim] to the same. */
  readonly attention: Attention;
  /** Reads each position by itself: [batch, length, modelDim] to the same. */
  readonly mlp: Mlp;
  /** On what each part adds; none if absent. */
  readonly dropout?: TensorLayer | undefined;
}

/** What a block needs: its parts by their use. */
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

/** x + attention(norm(x)), then x + mlp(norm(x)): the pre-norm block of GPT-2 and Llama (Xiong et al. 2020). */
export function transformerBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('transformerBlock', parts, (x, part) => {
    x = add(x, part.attentionDropout(part.attention(part.attentionNorm(x))));
    return add(x, part.mlpDropout(part.mlp(part.mlpNorm(x))));
  });
}

/** norm(x + attention(x)), then norm(x + mlp(x)): the post-norm block of the first transformer and of BERT (Vaswani et al. 2017). */
export function postNormBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('postNormBlock', parts, (x, part) => {
    x = part.attentionNorm(add(x, part.attentionDropout(part.attention(x))));
    return part.mlpNorm(add(x, part.mlpDropout(part.mlp(x))));
  });
}

/** x + attention(norm(x)) + mlp(norm(x)), both reading the same x: the parallel block of GPT-NeoX (Black et al. 2022). */
export function parallelBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('parallelBlock', parts, (x, part) => {
    const attended = part.attentionDropout(part.attention(part.attentionNorm(x)));
    return add(add(x, attended), part.mlpDropout(part.mlp(part.mlpNorm(x))));
  });
}

/** A block by its formula, in which each part has its weights and its place already. */
function block<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  name: string,
  options: BlockParts<Norm, Attention, Mlp>,
  formula: (x: Tensor, part: Bound<BlockNeeds<TensorLayer, TensorLayer, TensorLayer>>) => Tensor,
): Block<Norm, Attention, Mlp> {
  expectOptions(name, options, { norm: 1, attention: 1, mlp: 1, dropout: 0 });
  const { norm, attention, mlp, dropout } = options;
  const width = expectSameWidth(name, { norm, attention, mlp, dropout });
  const needs: BlockNeeds<Norm, Attention, Mlp> = {
    attentionNorm: norm,
    attention,
    attentionDropout: dropout,
    mlpNorm: norm,
    mlp,
    mlpDropout: dropout,
  };
  const parts: BlockNeeds<TensorLayer, TensorLayer, TensorLayer> = needs;
  return layer(needs, (w, x: Tensor, scope) => formula(x, bind(parts, w, scope)), {
    name,
    inDim: width,
    outDim: width,
  });
}
