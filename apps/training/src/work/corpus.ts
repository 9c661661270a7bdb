import type { Tokenizer } from '@residual/tokenizer';
import { characterTokenizer } from '@residual/tokenizer/train';
import { allWindows, randomWindows, type TokenBatch } from '@residual/train';

/** A text, split into training and validation. */
export interface Corpus {
  readonly tokenizer: Tokenizer;
  readonly batches: (position: number) => TokenBatch;
  /** Some batches of the validation part, the same each time. */
  readonly validation: readonly TokenBatch[];
}

/** The shape of the batches. */
export interface CorpusShape {
  /** Characters in a sequence: the context. */
  readonly length: number;
  readonly batch: number;
  readonly seed: number;
}

/** The largest number of batches of a validation. */
const maxBatches = 8;

/**
 * Encodes a text as characters: the first nine tenths are for training, the rest, at least one sequence, for
 * validation. Errors if the text is too short.
 */
export function corpusOf(text: string, { length, batch, seed }: CorpusShape): Corpus {
  const tokenizer = characterTokenizer([text]);
  const ids = Int32Array.from(tokenizer.encode(text).ids);
  const window = length + 1; // inputs and labels
  if (ids.length === 0) throw new RangeError('The text is empty: there is nothing to learn from.');
  if (ids.length < 2 * window)
    throw new RangeError(
      `The text has ${ids.length} characters; a context of ${length} needs ${2 * window} or more, ` +
        'half to train on and half to validate on.',
    );
  const validationLength = Math.max(window, Math.floor(ids.length / 10));
  const [trainingIds, validationIds] = [
    ids.subarray(0, ids.length - validationLength),
    ids.subarray(ids.length - validationLength),
  ];
  const all = [...allWindows(validationIds, { length, batch })];
  const stride = Math.max(1, all.length / maxBatches);
  const validation = Array.from({ length: Math.min(maxBatches, all.length) }, (_, i) => all[Math.floor(i * stride)]!);
  return { tokenizer, batches: randomWindows(trainingIds, { length, batch, seed }), validation };
}
