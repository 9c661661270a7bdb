import { yieldToEventLoop } from '@residual/base';
import { concat, expectOptions, linear, matMul, reshape, type Tensor, tensor, tidy } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { anatomyOf } from '../structure/anatomy.js';
import { FactoredMatrix } from './factored-matrix.js';
import { attentionLayerOf, foldNormAfter, foldNormBefore, headWeights } from './head-weights.js';
import { type Complex, eigenvaluesOf, magnitude } from './spectra.js';
import { timesEmbedding, unembedding } from './token-matrices.js';

/**
 * How much a matrix copies, Σ λ / Σ |λ| of its eigenvalues: 1 if all are positive, -1 if all are negative (Elhage et
 * al. 2021). 0 for the zero matrix.
 */
export function copyingScore(matrix: FactoredMatrix | readonly Complex[]): number {
  const eigenvalues = matrix instanceof FactoredMatrix ? matrix.eigenvalues() : matrix;
  const total = eigenvalues.reduce((sum, value) => sum + magnitude(value), 0);
  return total === 0 ? 0 : eigenvalues.reduce((sum, { real }) => sum + real, 0) / total;
}

/** Settings of `copyingScores`. */
export interface CopyingScoresOptions {
  /** Whether the weights of the norms are folded in, as in `fullValueOutputCircuit`; false if absent. */
  readonly foldNorms?: boolean;
  /** Called after each block. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The copying score of every head, [layer][head]: `copyingScore` of W_E W_V W_O W_U [vocab, vocab], whose eigenvalues
 * are those of W_O W_U W_E W_V [headDim, headDim] (Elhage et al. 2021). W_U W_E is computed once. Biases are left out,
 * as in the paper; the head may be tied or not.
 */
export async function copyingScores(model: BoundLayer, options: CopyingScoresOptions = {}): Promise<number[][]> {
  const caller = 'copyingScores';
  expectOptions(caller, options, { foldNorms: 0, onProgress: 0, signal: 0 });
  const { onProgress, signal } = options;
  const { blocks } = anatomyOf(caller, model);
  const vocabulary = await unembedThenEmbed(caller, model, signal);
  try {
    const scores: number[][] = [];
    for (const layer of blocks.keys()) {
      const matrices = tidy(() => copyingMatrices(caller, model, layer, vocabulary, options.foldNorms));
      const [heads, headDim] = matrices.shape as [number, number, number];
      const values = (await matrices.data()) as Float32Array;
      matrices.dispose();
      scores.push(
        Array.from({ length: heads }, (_, head) => {
          const first = head * headDim;
          const rowAt = (row: number) => values.subarray((first + row) * headDim, (first + row + 1) * headDim);
          return copyingScore(eigenvaluesOf(Array.from({ length: headDim }, (_, row) => rowAt(row))));
        }),
      );
      onProgress?.({ done: layer + 1, total: blocks.length });
      await yieldToEventLoop(signal);
    }
    return scores;
  } finally {
    vocabulary.dispose();
  }
}

/** W_O W_U W_E W_V of each head of a block: [heads, headDim, headDim]. */
function copyingMatrices(
  caller: string,
  model: BoundLayer,
  layer: number,
  vocabulary: Tensor,
  foldNorms = false,
): Tensor {
  const attention = attentionLayerOf(caller, model, layer);
  const { norm } = anatomyOf(caller, model);
  const { heads, headDim } = attention;
  const matrices = Array.from({ length: heads }, (_, head) => {
    const { value, output } = headWeights(caller, attention, head);
    const written = foldNorms ? foldNormAfter(caller, output, norm) : output;
    const read = foldNorms ? foldNormBefore(caller, value, attention.norm) : value;
    return linear(matMul(written, vocabulary), read); // [headDim, headDim]
  });
  return reshape(concat(matrices, 0), [heads, headDim, headDim]);
}

/** How many rows of W_U are formed at once. */
const rowsAtOnce = 64;

/** W_U W_E [modelDim, modelDim]; only some rows [rows, vocab] of W_U take memory at a time. */
async function unembedThenEmbed(caller: string, model: BoundLayer, signal?: AbortSignal): Promise<Tensor> {
  const anatomy = anatomyOf(caller, model);
  const { modelDim } = anatomy;
  const parts: Tensor[] = [];
  try {
    for (let first = 0; first < modelDim; first += rowsAtOnce) {
      await yieldToEventLoop(signal);
      const rows = Math.min(rowsAtOnce, modelDim - first);
      const basis = new Float32Array(rows * modelDim);
      for (let row = 0; row < rows; row++) basis[row * modelDim + first + row] = 1;
      const chunk = () => timesEmbedding(caller, model, unembedding(anatomy, tensor(basis, [rows, modelDim])));
      parts.push(tidy(chunk));
    }
    return tidy(() => concat(parts, 0));
  } finally {
    for (const part of parts) part.dispose();
  }
}
