import type { AnyLayer } from '@residual/layers';
import {
  concat,
  expectInteger,
  type Matrix,
  mean,
  mergeLowRank,
  mul,
  ResidualError,
  reshape,
  sliceAxis,
  sub,
  type Tensor,
  transpose,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { anatomyOf, type FinalNorm } from '../structure/anatomy.js';

/** A self-attention head of a model. */
export interface HeadSelection {
  /** The number of the block. */
  readonly layer: number;
  /** The number of the query head. */
  readonly head: number;
}

/** The self-attention of a block, with the norm whose output it reads. */
export interface AttentionLayer {
  readonly path: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  // biome-ignore lint/suspicious/noExplicitAny: weights and needs follow from the kind of attention
  readonly weights: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly needs: any;
  /** The norm before the attention; undefined in a post-norm block, where it reads the stream itself. */
  readonly norm: FinalNorm | undefined;
}

/** Blocks whose parts read a norm of the stream. */
const preNormBlocks: readonly string[] = ['transformerBlock', 'parallelBlock', 'crossBlock'];

/** The self-attention of a block. Errors if the block does not exist or has no attention with heads. */
export function attentionLayerOf(caller: string, model: BoundLayer, layer: number): AttentionLayer {
  const { blocks } = anatomyOf(caller, model);
  expectInteger(caller, 'layer', layer, { max: blocks.length - 1, code: 'range' });
  const attention = blocks[layer]!.parts.find(({ kind }) => kind === 'attention');
  if (!attention || !('headDim' in attention.layer))
    throw new ResidualError('kind', `${caller}: ${blocks[layer]!.path} has no self-attention with heads`);
  const { heads, kvHeads, headDim, needs } = attention.layer as AnyLayer & Omit<AttentionLayer, 'norm' | 'path'>;
  const block: AnyLayer = (model.layer.needs as { decoder: AnyLayer }).decoder.needs.layers[layer];
  const weights = model.weights.decoder.layers[layer];
  const norm = preNormBlocks.includes(block.about.name ?? '')
    ? { path: `${blocks[layer]!.path}.attentionNorm`, layer: block.needs.attentionNorm, weights: weights.attentionNorm }
    : undefined;
  return { path: attention.path, heads, kvHeads, headDim, weights: attention.weights, needs, norm };
}

/** The matrices of one head as they lie in the weights. */
export interface HeadWeights {
  /** [headDim, modelDim]; key and value are shared by the heads of a group. */
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** [headDim, modelDim], the transpose of the head's part of the output projection. */
  readonly output: Tensor;
}

/**
 * The matrices of a head, what packed ones mean and active low-rank adapters included. Call it in a `tidy`. Errors if
 * the head does not exist.
 */
export function headWeights(caller: string, attention: AttentionLayer, head: number): HeadWeights {
  const { heads, kvHeads, headDim, weights } = attention;
  expectInteger(caller, 'head', head, { max: heads - 1, code: 'range' });
  const group = Math.floor(head / (heads / kvHeads));
  const rowsOf = ({ weight }: { weight: Matrix }, index: number) =>
    sliceAxis(mergeLowRank(weight), 0, index * headDim, headDim);
  const output = weights.valueUp
    ? mergeLowRank(weights.valueUp[head].weight)
    : sliceAxis(mergeLowRank(weights.output.weight), 1, head * headDim, headDim);
  return {
    query: rowsOf(weights.query, head),
    key: rowsOf(weights.key, group),
    value: rowsOf(weights.valueDown ?? weights.value, group),
    output: transpose(output, [1, 0]),
  };
}

/** The output matrices W_O of all heads of an attention, [heads, headDim, modelDim]. Call it in a `tidy`. */
export function outputMatrices(caller: string, attention: AttentionLayer): Tensor {
  const { heads, headDim } = attention;
  const matrices = Array.from({ length: heads }, (_, head) => headWeights(caller, attention, head).output);
  return reshape(concat(matrices, 0), [heads, headDim, -1]);
}

/**
 * A matrix W [rows, modelDim] that reads the output of a norm, as one that reads its input: W diag(weight), and for a
 * layer norm with the mean of each row subtracted. What remains of the norm is its scale, one number for each position,
 * and its bias. W itself if there is no norm.
 */
export function foldNormBefore(caller: string, matrix: Tensor, norm: FinalNorm | undefined): Tensor {
  if (!norm) return matrix;
  const scaled = mul(matrix, norm.weights.weight as Tensor);
  return subtractsMean(caller, norm) ? centred(scaled) : scaled;
}

/** Vectors [rows, modelDim] after a norm, without its scale and bias: centred by a layer norm, times the weight. */
export function foldNormAfter(caller: string, vectors: Tensor, norm: FinalNorm | undefined): Tensor {
  if (!norm) return vectors;
  return mul(subtractsMean(caller, norm) ? centred(vectors) : vectors, norm.weights.weight as Tensor);
}

function subtractsMean(caller: string, norm: FinalNorm): boolean {
  const name = norm.layer.about.name;
  if (name === 'layerNorm' || name === 'rmsNorm') return name === 'layerNorm';
  throw new ResidualError(
    'kind',
    `${caller}: ${norm.path} is ${name ?? 'a layer of its own'}; foldNorms works with layerNorm and rmsNorm`,
  );
}

function centred(x: Tensor): Tensor {
  return sub(x, mean(x, { axis: 1, keepDims: true }));
}
