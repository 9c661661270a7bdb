import type { ContextualOutput } from '@residual/model';
import { pca, similarity, vectorTable } from '@residual/word-vectors';

/** How a word drifts apart in two sentences. */
export interface Drift {
  /** For each number of blocks, 0 to depth. */
  readonly layers: readonly {
    /** The cosine of the word's hidden states in the two sentences. */
    readonly cosine: number;
    /** The likeliest next tokens after the word, in each sentence (logit lens). */
    readonly lens: readonly [ContextualOutput['lens'][number][number], ContextualOutput['lens'][number][number]];
  }[];
  /** For each sentence the path of the word through the layers, in a plane [layers, 2]. */
  readonly paths: readonly [Float32Array, Float32Array];
}

/** The index of the last token of a word's last occurrence. Errors if the sentence lacks the word. */
export function tokenIndexOf({ texts }: Pick<ContextualOutput, 'texts'>, word: string): number {
  const wanted = word.trim();
  for (let end = texts.length; end > 0; end--)
    for (let start = end - 1; start >= 0; start--) {
      const text = texts.slice(start, end).join('');
      if (text.trim() === wanted && (start === 0 || /^\s/.test(text))) return end - 1;
      if (text.trim().length > wanted.length) break;
    }
  throw new Error(`“${wanted}” is not a word of “${texts.join('').trim()}”`);
}

/** Compares the hidden states of a word in two sentences, layer by layer. */
export function driftOf(first: ContextualOutput, second: ContextualOutput, word: string): Drift {
  const both = [first, second] as const;
  const indices = both.map(sentence => tokenIndexOf(sentence, word)) as [number, number];
  const depth = first.hiddenStates.length;
  const vector = (i: 0 | 1, layer: number) => {
    const { shape, data } = both[i].hiddenStates[layer]!;
    const width = shape.at(-1)!;
    return data.slice(indices[i] * width, (indices[i] + 1) * width);
  };
  const all = ([0, 1] as const).flatMap(i => Array.from({ length: depth }, (_, layer) => vector(i, layer)));
  const data = new Float32Array(all.length * all[0]!.length);
  for (const [row, values] of all.entries()) data.set(values, row * values.length);
  const table = vectorTable({ words: all.map((_, row) => `${row}`), data });
  const { points } = pca(table, { dims: 2 });
  const layers = Array.from({ length: depth }, (_, layer) => ({
    cosine: similarity(table, `${layer}`, `${depth + layer}`),
    lens: ([0, 1] as const).map(i => both[i].lens[layer]![indices[i]]!) as never,
  }));
  return { layers, paths: [points.slice(0, 2 * depth), points.slice(2 * depth)] };
}
