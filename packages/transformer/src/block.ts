import {
  type AnyLayer,
  type Bound,
  bind,
  expectSameWidth,
  type Layer,
  layer,
  selectOutputPosition,
} from '@residual/layers';
import { add, expectOptions, expectValue, mul, type Tensor } from '@residual/tensor';
import { selectingPosition } from './output-position.js';

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
  /** A factor on the output of each part before it is added, as in Granite; 1 if absent. */
  readonly residualScale?: number | undefined;
  /** The dropout on the output of the attention, where it is another; `activation('identity')` for none. */
  readonly attentionDropout?: TensorLayer | undefined;
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
  return block('transformerBlock', parts, (x, part, { scaled, needed }) => {
    x = add(needed(x), scaled(part.attentionDropout(part.attention(part.attentionNorm(x)))));
    return add(x, scaled(part.mlpDropout(part.mlp(part.mlpNorm(x)))));
  });
}

/**
 * The post-norm block of the original transformer and of BERT: norm(x + attention(x)), then norm(x + mlp(x)) (Vaswani
 * et al. 2017).
 */
export function postNormBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: PlainBlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('postNormBlock', parts, (x, part, { scaled, needed }) => {
    x = part.attentionNorm(add(needed(x), scaled(part.attentionDropout(part.attention(x)))));
    return part.mlpNorm(add(x, scaled(part.mlpDropout(part.mlp(x)))));
  });
}

/** The block of OLMo 2, with a norm on the output of each part: x + norm(attention(x)), then x + norm(mlp(x)). */
export function outputNormBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('outputNormBlock', parts, (x, part, { scaled, needed }) => {
    x = add(needed(x), scaled(part.attentionDropout(part.attentionNorm(part.attention(x)))));
    return add(x, scaled(part.mlpDropout(part.mlpNorm(part.mlp(x)))));
  });
}

/**
 * The pre-norm block of Bloom where residuals are taken after the norm: y = norm(x), z = norm(y + attention(y)), z +
 * mlp(z) (BigScience Workshop 2022).
 */
export function normedResidualBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: PlainBlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('normedResidualBlock', parts, (x, part, { scaled, needed }) => {
    x = part.attentionNorm(x);
    x = part.mlpNorm(add(needed(x), scaled(part.attentionDropout(part.attention(x)))));
    return add(x, scaled(part.mlpDropout(part.mlp(x))));
  });
}

/** The parallel block of GPT-NeoX: x + attention(norm(x)) + mlp(norm(x)), both of the same x (Black et al. 2022). */
export function parallelBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: PlainBlockParts<Norm, Attention, Mlp>,
): Block<Norm, Attention, Mlp> {
  return block('parallelBlock', parts, (x, part, { scaled, needed }) => {
    const attended = scaled(part.attentionDropout(part.attention(part.attentionNorm(x))));
    x = needed(x);
    return add(add(x, attended), scaled(part.mlpDropout(part.mlp(part.mlpNorm(x)))));
  });
}

/** The needs of `sharedNormBlock`. */
export type SharedNormBlockNeeds<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer> = {
  readonly norm: Norm;
  readonly attention: Attention;
  readonly attentionDropout: TensorLayer | undefined;
  readonly mlp: Mlp;
  readonly mlpDropout: TensorLayer | undefined;
};

/** The parallel block of GPT-J and Phi, with one norm for both parts: x + attention(norm(x)) + mlp(norm(x)). */
export function sharedNormBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Layer<SharedNormBlockNeeds<Norm, Attention, Mlp>, Tensor, Tensor> {
  const { norm, attention, mlp, dropout, attentionDropout = dropout } = parts;
  const needs = { norm, attention, attentionDropout, mlp, mlpDropout: dropout };
  return blockOf('sharedNormBlock', parts, needs, (x, part, { scaled, needed }) => {
    const normalized = part.norm(x);
    const attended = scaled(part.attentionDropout(part.attention(normalized)));
    return add(add(needed(x), attended), scaled(part.mlpDropout(part.mlp(needed(normalized)))));
  });
}

/** The needs of `sandwichBlock`. */
export type SandwichBlockNeeds<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Mlp extends TensorLayer,
> = BlockNeeds<Norm, Attention, Mlp> & { readonly attentionOutputNorm: Norm; readonly mlpOutputNorm: Norm };

/**
 * The block of Gemma 2, with norms before and after each part: x + norm(attention(norm(x))), then x +
 * norm(mlp(norm(x))) (Gemma Team 2024).
 */
export function sandwichBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  parts: BlockParts<Norm, Attention, Mlp>,
): Layer<SandwichBlockNeeds<Norm, Attention, Mlp>, Tensor, Tensor> {
  const { norm } = parts;
  const needs = { ...blockNeeds(parts), attentionOutputNorm: norm, mlpOutputNorm: norm };
  return blockOf('sandwichBlock', parts, needs, (x, part, { scaled, needed }) => {
    const attended = part.attentionOutputNorm(part.attention(part.attentionNorm(x)));
    x = add(needed(x), scaled(part.attentionDropout(attended)));
    return add(x, scaled(part.mlpDropout(part.mlpOutputNorm(part.mlp(part.mlpNorm(x))))));
  });
}

/** The parts of `layerScaleBlock`. */
export interface LayerScaleBlockParts<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>
  extends BlockParts<Norm, Attention, Mlp> {
  /** Scales the output of each part after its dropout, such as `layerScale`. */
  readonly scale: TensorLayer;
}

/** The needs of `layerScaleBlock`. */
export type LayerScaleBlockNeeds<
  Norm extends TensorLayer,
  Attention extends TensorLayer,
  Mlp extends TensorLayer,
> = BlockNeeds<Norm, Attention, Mlp> & { readonly attentionScale: TensorLayer; readonly mlpScale: TensorLayer };

/**
 * The pre-norm block of BEiT and DINOv2, whose parts are scaled by learned factors: x + scale · attention(norm(x)),
 * then x + scale · mlp(norm(x)) (Touvron et al. 2021, CaiT).
 */
export function layerScaleBlock<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>({
  scale,
  ...parts
}: LayerScaleBlockParts<Norm, Attention, Mlp>): Layer<LayerScaleBlockNeeds<Norm, Attention, Mlp>, Tensor, Tensor> {
  expectOptions('layerScaleBlock', { ...parts, scale }, { ...blockOptions, scale: 1 });
  const needs = { ...blockNeeds(parts), attentionScale: scale, mlpScale: scale };
  return blockOf('layerScaleBlock', parts, needs, (x, part, { scaled, needed }) => {
    const attended = part.attentionDropout(part.attention(part.attentionNorm(x)));
    x = add(needed(x), scaled(part.attentionScale(attended)));
    return add(x, scaled(part.mlpScale(part.mlpDropout(part.mlp(part.mlpNorm(x))))));
  });
}

/** Makes a block of two parts, each with a norm. */
function block<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>(
  name: string,
  { attentionNorm, ...parts }: PlainBlockParts<Norm, Attention, Mlp>,
  formula: Formula<BlockNeeds<TensorLayer, TensorLayer, TensorLayer>>,
): Block<Norm, Attention, Mlp> {
  const needs = blockNeeds(parts);
  const own = attentionNorm ? { ...needs, attentionNorm: attentionNorm as Norm } : needs;
  return blockOf<BlockNeeds<Norm, Attention, Mlp>>(name, parts, own, formula as never, { attentionNorm: 0 });
}

function blockNeeds<Norm extends TensorLayer, Attention extends TensorLayer, Mlp extends TensorLayer>({
  norm,
  attention,
  mlp,
  dropout,
  attentionDropout = dropout,
}: BlockParts<Norm, Attention, Mlp>): BlockNeeds<Norm, Attention, Mlp> {
  return { attentionNorm: norm, attention, attentionDropout, mlpNorm: norm, mlp, mlpDropout: dropout };
}

/** What the formula of a block gets beside its parts. */
interface FormulaTools {
  /** The output of a part times `residualScale`. */
  readonly scaled: (y: Tensor) => Tensor;
  /** The positions whose output is needed, which are those that `attention` returns: all, or the `outputPosition`. */
  readonly needed: (x: Tensor) => Tensor;
}

/** The formula of a block, which gets the parts as functions of their input (`bind`). */
type Formula<N> = (x: Tensor, part: Bound<N>, tools: FormulaTools) => Tensor;

/** Names of the options in `BlockParts`; 0 marks an optional one. */
const blockOptions = { norm: 1, attention: 1, mlp: 1, dropout: 0, attentionDropout: 0, residualScale: 0 } as const;

/** Makes a block from its needs and its formula. */
function blockOf<N extends { readonly [name: string]: TensorLayer | undefined }>(
  name: string,
  parts: BlockParts<TensorLayer, TensorLayer, TensorLayer>,
  needs: N,
  formula: Formula<{ readonly [Name in keyof N]: TensorLayer }>,
  more: Readonly<Record<string, 0>> = {},
): Layer<N, Tensor, Tensor> {
  expectOptions(name, parts, { ...blockOptions, ...more });
  const { residualScale: scale = 1 } = parts;
  expectValue(Number.isFinite(scale), name, 'residualScale', scale, 'a finite number', 'range');
  const { norm, attention, mlp, dropout } = parts;
  const width = expectSameWidth(name, { norm, attention, mlp, dropout, ...needs });
  const scaled = scale === 1 ? (y: Tensor) => y : (y: Tensor) => mul(y, scale);
  const bound = { ...needs, attention: selectingPosition(attention) };
  const made: AnyLayer<Tensor, Tensor> = layer(
    needs as { readonly [name: string]: TensorLayer | undefined },
    (w, x: Tensor, scope) =>
      formula(x, bind(bound, w as never, scope) as never, { scaled, needed: y => selectOutputPosition(y, scope) }),
    { name, inDim: width, outDim: width, selectsPosition: true },
  );
  return made as Layer<N, Tensor, Tensor>;
}
