import { isTensor } from '@residual/tensor';
import {
  addRows,
  gelu64,
  layerNormRows,
  linearRows,
  nestedOf,
  type Row,
  type Rows,
  softmaxRow,
} from '@residual/testkit';
import {
  attendInFloat64,
  type ProjectionArrays,
  type ReferenceOptions,
} from '../../attention/test/reference-attention.js';

export { numbers, randomWeights } from '../../attention/test/reference-attention.js';

/** A tree of tensors as nested arrays. */
// biome-ignore lint/suspicious/noExplicitAny: the form of the tree; the loops below state what they read
export const plainTree = async (tree: unknown): Promise<any> => {
  if (isTensor(tree)) return nestedOf(tree);
  if (typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) return Promise.all(tree.map(plainTree));
  const entries = await Promise.all(Object.entries(tree).map(async ([name, part]) => [name, await plainTree(part)]));
  return Object.fromEntries(entries);
};

interface PlainNorm {
  weight: Row;
  bias: Row;
}
interface PlainBlock {
  attentionNorm: PlainNorm;
  attention: ProjectionArrays;
  crossAttentionNorm: PlainNorm;
  crossAttention: ProjectionArrays;
  mlpNorm: PlainNorm;
  mlp: { up: { weight: Rows; bias: Row }; down: { weight: Rows; bias: Row } };
}

const norm = (x: Rows, { weight, bias }: PlainNorm) => layerNormRows(x, weight, bias, 1e-5);
const mlpRows = (x: Rows, { up, down }: PlainBlock['mlp']) =>
  linearRows(
    linearRows(x, up.weight, up.bias).map(row => row.map(gelu64)),
    down.weight,
    down.bias,
  );

/** The position of the norms of a block: before or after each part, or parallel parts. */
export type Order = 'pre' | 'post' | 'parallel';

/** A block on one sequence; with a memory it has cross-attention between attention and mlp. */
export const block64 = (
  x: Rows,
  weights: PlainBlock,
  options: ReferenceOptions,
  order: Order = 'pre',
  memory?: Rows,
): Rows => {
  const attend = (y: Rows) => attendInFloat64(y, y, weights.attention, options).output;
  const attendToMemory = (y: Rows) =>
    attendInFloat64(y, memory!, weights.crossAttention, { heads: options.heads }).output;
  const feedForward = (y: Rows) => mlpRows(y, weights.mlp);
  if (order === 'parallel')
    return addRows(addRows(x, attend(norm(x, weights.attentionNorm))), feedForward(norm(x, weights.mlpNorm)));
  const step = (y: Rows, use: 'attention' | 'crossAttention' | 'mlp', part: (z: Rows) => Rows) =>
    order === 'pre'
      ? addRows(y, part(norm(y, weights[`${use}Norm`])))
      : norm(addRows(y, part(y)), weights[`${use}Norm`]);
  const attended = step(x, 'attention', attend);
  return step(memory ? step(attended, 'crossAttention', attendToMemory) : attended, 'mlp', feedForward);
};

/** A stack of blocks and its norm. */
export const stack64 = (
  x: Rows,
  weights: { layers: PlainBlock[]; norm: PlainNorm | undefined },
  options: ReferenceOptions,
  order: Order = 'pre',
  memory?: Rows,
): Rows => {
  const y = weights.layers.reduce((rows, block) => block64(rows, block, options, order, memory), x);
  return weights.norm ? norm(y, weights.norm) : y;
};

/** Ids to vectors with learned positions. */
export const embedded64 = (ids: readonly number[], table: Rows, positionTable: Rows): Rows =>
  ids.map((id, position) => table[id]!.map((value, d) => value + positionTable[position]![d]!));

/** The tree of a language model with learned positions. */
export interface PlainModel {
  embedding: { weight: Rows };
  positions: { weight: Rows };
  decoder: { layers: PlainBlock[]; norm: PlainNorm };
  head: { weight: Rows } | undefined;
}

/** The logits of one sequence, with causal attention. */
export const logits64 = (ids: readonly number[], model: PlainModel, heads: number): Rows => {
  const x = embedded64(ids, model.embedding.weight, model.positions.weight);
  const y = stack64(x, model.decoder, { heads, isVisible: (i, j) => j <= i });
  return linearRows(y, (model.head ?? model.embedding).weight);
};

/** -log softmax(logits)[label] of each row. */
export const losses64 = (logits: Rows, labels: readonly number[]): Row =>
  logits.map((row, i) => -Math.log(softmaxRow(row)[labels[i]!]!));
