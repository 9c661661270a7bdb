import { replaceLeaf } from '../replace-leaf.js';
import type { PictureWordModel } from './objective.js';

/** The start of what is added to logits: nearly all pairs of a batch do not belong together (Zhai et al. 2023). */
const initialBias = -8;

/** Puts the word vectors [words, dim] and the bias of the logits into a new model. */
export function initialWeights({ weights }: PictureWordModel, words: Float32Array): void {
  replaceLeaf(weights, 'text.embedding.weight', words);
  replaceLeaf(weights, 'bias', Float32Array.of(initialBias));
}
