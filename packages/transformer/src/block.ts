import { type AnyLayer, expectSameWidth, type Layer, layer, type Scope, type Weights } from '@residual/layers';
import { add, type Tensor } from '@residual/tensor';

/** Any layer from a tensor to a tensor. */
export type Part = AnyLayer<Tensor, Tensor>;

/** The parts of a block: a norm (each use has weights of its own), an attention, a perceptron, and dropout on what they add. */
export interface BlockParts<Norm extends Part, Attention extends Part, Mlp extends Part> {
  readonly norm: Norm;
  readonly attention: Attention;
  readonly mlp: Mlp;
  readonly dropout?: Part;
}

/** What a block needs: its parts. */
export interface BlockNeeds<Norm extends Part, Attention extends Part, Mlp extends Part> {
  readonly attentionNorm: Norm;
  readonly attention: Attention;
  readonly mlpNorm: Norm;
  readonly mlp: Mlp;
}

/** A block: [batch, length, modelDim] to the same. */
export interface Block<Norm extends Part, Attention extends Part, Mlp extends Part>
  extends Layer<BlockNeeds<Norm, Attention, Mlp>, Tensor, Tensor> {}

/** x + attention(norm(x)), then x + mlp(norm(x)): the pre-norm block of GPT-2 and Llama (Xiong et al. 2020). */
export function transformerBlock<Norm extends Part, Attention extends Part, Mlp extends Part>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('transformerBlock', parts, ({ norm, attention, mlp, drop }, w, x, scope) => {
    x = add(x, drop('attention', attention(w.attention, norm('attentionNorm', x), scope.at('attention'))));
    return add(x, drop('mlp', mlp(w.mlp, norm('mlpNorm', x), scope.at('mlp'))));
  });
}

/** norm(x + attention(x)), then norm(x + mlp(x)): the post-norm block of the first transformer and of BERT (Vaswani et al. 2017). */
export function postNormBlock<Norm extends Part, Attention extends Part, Mlp extends Part>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('postNormBlock', parts, ({ norm, attention, mlp, drop }, w, x, scope) => {
    x = norm('attentionNorm', add(x, drop('attention', attention(w.attention, x, scope.at('attention')))));
    return norm('mlpNorm', add(x, drop('mlp', mlp(w.mlp, x, scope.at('mlp')))));
  });
}

/** x + attention(norm(x)) + mlp(norm(x)), both reading the same x: the parallel block of GPT-NeoX (Black et al. 2022). */
export function parallelBlock<Norm extends Part, Attention extends Part, Mlp extends Part>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('parallelBlock', parts, ({ norm, attention, mlp, drop }, w, x, scope) => {
    const seen = drop('attention', attention(w.attention, norm('attentionNorm', x), scope.at('attention')));
    return add(add(x, seen), drop('mlp', mlp(w.mlp, norm('mlpNorm', x), scope.at('mlp'))));
  });
}

/** The parts as the formulas use them: norms by the name of their use, dropout where there is one. */
interface Bound<Attention extends Part, Mlp extends Part> {
  readonly norm: (use: 'attentionNorm' | 'mlpNorm', x: Tensor) => Tensor;
  readonly drop: (use: 'attention' | 'mlp', x: Tensor) => Tensor;
  readonly attention: Attention;
  readonly mlp: Mlp;
}

function block<Norm extends Part, Attention extends Part, Mlp extends Part>(
  name: string,
  { norm, attention, mlp, dropout }: BlockParts<Norm, Attention, Mlp>,
  formula: (
    parts: Bound<Attention, Mlp>,
    weights: Weights<BlockNeeds<Norm, Attention, Mlp>>,
    x: Tensor,
    scope: Scope,
  ) => Tensor,
): Block<Norm, Attention, Mlp> {
  const needs: BlockNeeds<Norm, Attention, Mlp> = { attentionNorm: norm, attention, mlpNorm: norm, mlp };
  const width = expectSameWidth(name, { norm, attention, mlp });
  const compute = (w: Weights<BlockNeeds<Norm, Attention, Mlp>>, x: Tensor, scope: Scope) =>
    formula(
      {
        norm: (use, y) => norm(w[use], y, scope.at(use)),
        drop: (use, y) => (dropout ? dropout({}, y, scope.at(`${use}Dropout`)) : y),
        attention,
        mlp,
      },
      w,
      x,
      scope,
    );
  return layer(needs, compute, { name, reads: width, gives: width });
}
