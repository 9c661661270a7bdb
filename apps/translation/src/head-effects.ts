import { percent } from '@residual/appkit';
import type { Model, TranslatedSegment } from '@residual/model';
import { type HeadIndex, withoutHeads } from './settings.js';

/** What the loss of a head does to a sentence: the heads that are off, and the sentence that shows it. */
export interface HeadPreset {
  readonly text: string;
  readonly off: HeadIndex;
}

const text = 'The plane had already taken off when I arrived at the airport.';

/** Of all heads of cross-attention the one whose loss costs most, with a sentence that breaks. */
export const vitalHead: HeadPreset = { text, off: { layer: 3, head: 0 } };

/** The one whose loss costs least, with the same sentence, which stays as it is. */
export const spareHead: HeadPreset = { text, off: { layer: 0, head: 0 } };

/**
 * What the loss of each head of cross-attention, [layer][head], costs a translation: the mean change of its
 * log-probability over the 59 golden sentences of the model. A test measures them again.
 */
export const meanEffects: readonly (readonly number[])[] = [
  [-0.079, -0.092, -0.096, -0.128],
  [-0.135, -0.112, -0.115, -0.195],
  [-0.324, -0.211, -0.265, -0.159],
  [-0.452, -0.356, -0.376, -0.374],
];

/** The effects of the two offered heads as a sentence. */
export function effectsInWords(): string {
  const kept = ({ off: { layer, head } }: HeadPreset) => percent(Math.exp(meanEffects[layer]![head]!));
  const name = ({ off: { layer, head } }: HeadPreset) => `head ${head} of layer ${layer}`;
  return (
    `Measured on 59 sentences, ${name(vitalHead)} counts most: without it a translation keeps ${kept(vitalHead)} of ` +
    `its probability, without ${name(spareHead)} ${kept(spareHead)}.`
  );
}

/** A translation with its tokens. */
type Translated = Pick<TranslatedSegment, 'tokens'> & { readonly source: string | readonly number[] };

/** The log-probability that a model without some heads gives to a translation and its end. */
export async function logprobWithout(
  model: Pick<Model, 'forward'>,
  { source, tokens }: Translated,
  heads: readonly HeadIndex[],
  end: number,
  signal?: AbortSignal,
): Promise<number> {
  const options = { topLogprobs: 1, ablate: withoutHeads(heads), ...(signal && { signal }) };
  const { predictions } = await model.forward({ source, target: [...tokens, end] }, options);
  return predictions!.slice(0, -1).reduce((sum, { logprob }) => sum + logprob!, 0);
}
