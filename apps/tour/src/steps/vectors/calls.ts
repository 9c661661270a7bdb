import { loadOnce } from '@residual/appkit';
import {
  arithmetic,
  direction,
  type Neighbour,
  pca,
  project,
  type WordVectors,
  wordVectors,
} from '@residual/word-vectors';
import { pageAddress, stories } from '../../worker/lab.js';

/** The vectors of a text, each [length, modelDim]. */
export interface EmbeddedText {
  readonly modelDim: number;
  readonly token: Float32Array;
  readonly position: Float32Array;
  readonly sum: Float32Array;
}

/** A sum of three words on a plane. */
export interface Analogy {
  readonly neighbours: readonly Neighbour[];
  /** The three words of the sum and the answer, in the plane of their two largest principal components. */
  readonly points: readonly { readonly word: string; readonly x: number; readonly y: number }[];
  /** Where the sum itself lies. */
  readonly tip: { readonly x: number; readonly y: number };
}

const words: () => Promise<WordVectors> = loadOnce(async () => {
  return wordVectors(new URL('../data/word-vectors-en/', await pageAddress).href);
});

const paths = ['embedding.output', 'positions.embedding', 'embedded'] as const;

/** The functions of this step in the worker. */
export const calls = {
  embed: async (text: string): Promise<EmbeddedText> => {
    const { taps } = await (await stories()).forward(text, { taps: paths });
    const [token, position, sum] = paths.map(path => taps[path]!);
    return { modelDim: sum!.shape.at(-1)!, token: token!.data, position: position!.data, sum: sum!.data };
  },
  analogy: async (expression: string): Promise<Analogy> => {
    const vectors = await words();
    const { terms, vector, neighbours } = arithmetic(vectors, expression, { topN: 4 });
    const shown = [...terms.map(({ word }) => word), neighbours[0]!.word];
    const plane = pca(vectors, { dims: 2, words: shown });
    const [x, y] = plane.transform(vector) as [number, number];
    const points = shown.map((word, i) => ({ word, x: plane.points[2 * i]!, y: plane.points[2 * i + 1]! }));
    return { neighbours, points, tip: { x, y } };
  },
  /** How far words lie along the step from one word to another: cosines. */
  along: async (from: string, to: string, others: readonly string[]) => {
    const vectors = await words();
    return project(vectors, others, direction(vectors, [[from, to]]));
  },
};

/** The types of the functions. */
export type Calls = typeof calls;
