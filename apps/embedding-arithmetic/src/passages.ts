import type { Passage } from '@residual/model';
import { nearest } from '@residual/word-vectors';
import { type Hit, numberedTable } from './sentence-computations.js';

/** The number of passages that are read at once, between which reading can be stopped. */
const batch = 8;

/** The number of characters of a text that the page takes. */
export const maxCharacters = 500_000;

/** What computes the vectors of texts, such as a model. */
export interface Embedder {
  embedBatch(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<readonly Float32Array[]>;
}

/**
 * Reads the passages that have no vector yet, and appends their vectors; those that were read before an abort stay.
 * `onProgress` is called with the number of vectors.
 */
export async function readPassages(
  embedder: Embedder,
  passages: readonly Pick<Passage, 'text'>[],
  vectors: Float32Array[],
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (done: number) => void },
): Promise<void> {
  for (let from = vectors.length; from < passages.length; from += batch) {
    signal.throwIfAborted();
    const texts = passages.slice(from, from + batch).map(({ text }) => text);
    vectors.push(...(await embedder.embedBatch(texts, { signal })));
    onProgress(vectors.length);
  }
}

/** The functions of the worker for a text that is searched. */
export const passageFunctions = {
  /** The passages of a text, counted in the tokens of the tokenizer at an address. */
  passages: async (address: string, text: string): Promise<readonly Passage[]> => {
    const [{ splitPassages }, { tokenizerFromJson }, response] = await Promise.all([
      import('@residual/model'),
      import('@residual/tokenizer'),
      fetch(address),
    ]);
    if (!response.ok) throw new Error(`${address} has status ${response.status}`);
    return splitPassages(text, { tokenizer: tokenizerFromJson(await response.text()) });
  },
  /** The rows of vectors [rows, dims] that are nearest to a query [dims], best first. */
  nearestPassages: (data: Float32Array, rows: number, query: Float32Array, topN: number): readonly Hit[] =>
    nearest(numberedTable(data, rows), query, { topN }).map(({ row, similarity }) => ({ row, cosine: similarity })),
};
