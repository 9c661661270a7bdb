import { type TranslatedSegment, wordAlignment } from '@residual/model';
import { translator } from '../../worker/lab.js';
import { translatedSegment, translatorBytes } from './translation.js';

/** A translation, and how much each of its words looked at each word of its source. */
export interface TranslatedText {
  readonly translation: string;
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** [target words, source words] */
  readonly weights: { readonly shape: readonly [number, number]; readonly data: Float32Array };
}

/** The layer whose cross-attention agrees best with alignments by hand, as the page of translations measures it. */
const aligningLayer = 2;

/** The functions of this step in the worker. */
export const calls = {
  translate: async (text: string): Promise<TranslatedText> => {
    const segment = await translatedSegment(text);
    return wordsOf(segment, (await translator()).heads);
  },
  /** The bytes of the translator's files; undefined if their server does not say. */
  bytes: translatorBytes,
};

/** The words of both sides, and the attention between them, averaged over the heads of a layer. */
function wordsOf({ source, translation, alignment }: TranslatedSegment, headCount: number): TranslatedText {
  const heads = Array.from({ length: headCount }, (_, head) => [aligningLayer, head] as const);
  const { shape, data } = wordAlignment(alignment!, { heads });
  const words = (of: string, spans: readonly (readonly [number, number])[]) =>
    spans.map(([start, end]) => of.slice(start, end));
  return {
    translation,
    source: words(source, alignment!.sourceWords),
    target: words(translation, alignment!.targetWords),
    weights: { shape: shape as [number, number], data },
  };
}

/** The types of the functions. */
export type Calls = typeof calls;
