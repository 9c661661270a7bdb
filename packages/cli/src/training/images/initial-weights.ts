import { isTensor, type Tensor, tensor } from '@residual/tensor';
import type { PictureWordModel } from './objective.js';

/** The start of what is added to logits: nearly all pairs of a batch do not belong together (Zhai et al. 2023). */
const initialBias = -8;

/** Puts the word vectors [words, dim] and the bias of the logits into a new model. */
export function initialWeights({ weights }: PictureWordModel, words: Float32Array): void {
  replaceLeaf(weights, 'text.embedding.weight', words);
  replaceLeaf(weights, 'bias', Float32Array.of(initialBias));
}

/** Replaces one tensor of a tree by values of its shape, and disposes the old one. */
function replaceLeaf(tree: unknown, path: string, values: Float32Array): void {
  const names = path.split('.');
  const name = names.pop()!;
  const parent = names.reduce((node, each) => (node as Record<string, unknown>)[each], tree) as Record<string, unknown>;
  const before = parent[name];
  if (!isTensor(before)) throw new TypeError(`initialWeights: ${path} is no tensor`);
  parent[name] = tensor(values, before.shape);
  (before as Tensor).dispose();
}
