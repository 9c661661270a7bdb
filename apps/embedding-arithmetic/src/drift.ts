import { pca, similarity, vectorTable } from '@residual/embeddings/words';
import type { Contextual } from '@residual/model';

/** How a word of two sentences drifts apart. */
export interface Drift {
  /** By blocks passed, 0 to depth. */
  readonly layers: readonly {
    /** The cosine of the word's vectors in the two sentences. */
    readonly cosine: number;
    /** The likeliest next tokens after the word, in each sentence. */
    readonly lens: readonly [Contextual['lens'][number][number], Contextual['lens'][number][number]];
  }[];
  /** By sentence the path of the word through the layers, in a plane [layers, 2]. */
  readonly paths: readonly [Float32Array, Float32Array];
}

/** The place of the last token of a word's last occurrence. Errors when the sentence lacks it. */
export function placeOf({ texts }: Pick<Contextual, 'texts'>, word: string): number {
  const wanted = word.trim();
  for (let end = texts.length; end > 0; end--)
    for (let start = end - 1; start >= 0; start--) {
      const text = texts.slice(start, end).join('');
      if (text.trim() === wanted && (start === 0 || /^\s/.test(text))) return end - 1;
      if (text.trim().length > wanted.length) break;
    }
  throw new Error(`“${wanted}” is no word of “${texts.join('').trim()}”`);
}

/** Compares a word in two sentences, layer by layer. */
export function driftOf(first: Contextual, second: Contextual, word: string): Drift {
  const both = [first, second] as const;
  const places = both.map(sentence => placeOf(sentence, word)) as [number, number];
  const depth = first.streams.length;
  const vector = (i: 0 | 1, layer: number) => {
    const { shape, data } = both[i].streams[layer]!;
    const width = shape.at(-1)!;
    return data.slice(places[i] * width, (places[i] + 1) * width);
  };
  const all = ([0, 1] as const).flatMap(i => Array.from({ length: depth }, (_, layer) => vector(i, layer)));
  const data = new Float32Array(all.length * all[0]!.length);
  for (const [row, values] of all.entries()) data.set(values, row * values.length);
  const table = vectorTable({ words: all.map((_, row) => `${row}`), data });
  const { points } = pca(table, { dims: 2 });
  const layers = Array.from({ length: depth }, (_, layer) => ({
    cosine: similarity(table, `${layer}`, `${depth + layer}`),
    lens: ([0, 1] as const).map(i => both[i].lens[layer]![places[i]]!) as never,
  }));
  return { layers, paths: [points.slice(0, 2 * depth), points.slice(2 * depth)] };
}
