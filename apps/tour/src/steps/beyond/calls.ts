import { wordAlignment } from '@residual/model';
import { translator } from '../../worker/lab.js';

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
    const model = await translator();
    const { segments } = await model.translate(text, { alignments: true }).result();
    const { source, translation, alignment } = segments[0]!;
    const heads = Array.from({ length: model.heads }, (_, head) => [aligningLayer, head] as const);
    const { shape, data } = wordAlignment(alignment!, { heads });
    const words = (of: string, spans: readonly (readonly [number, number])[]) =>
      spans.map(([start, end]) => of.slice(start, end));
    return {
      translation,
      source: words(source, alignment!.sourceWords),
      target: words(translation, alignment!.targetWords),
      weights: { shape: shape as [number, number], data },
    };
  },
};

/** The types of the functions. */
export type Calls = typeof calls;
