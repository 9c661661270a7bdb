import type { BeamColumn } from '@residual/elements';
import type { Prediction, TranslatedSegment } from '@residual/model';

/** What one more pass over a sentence and its translation gives: probabilities and self-attention. */
export interface Reading {
  /** For each token of the translation and its end token, the most likely tokens there. */
  readonly predictions: readonly Prediction[];
  /** The self-attention of all layers and heads, by path. */
  readonly taps: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;
}

/** A translated sentence and the steps of its search; no columns for greedy decoding. */
export interface Sentence {
  readonly segment: TranslatedSegment;
  readonly columns: readonly BeamColumn[];
  readonly reading: Reading;
}

/** A view of the selected sentence. */
export interface Watcher {
  /** Shows a sentence, or none. */
  show(sentence: Sentence | undefined): Promise<void> | void;
}
