import type { Tokenizer } from '@residual/tokenizer';
import { characterTokenizer } from '@residual/tokenizer/train';
import { allWindows, randomWindows, type TokenBatch } from '@residual/train';

/** A text cut into what is trained on and what is validated on. */
export interface Corpus {
  readonly tokenizer: Tokenizer;
  readonly batches: (position: number) => TokenBatch;
  /** Some batches of the part that is not trained on, the same each time. */
  readonly validation: readonly TokenBatch[];
}

/** How a text is cut. */
export interface CorpusShape {
  /** Characters in a row, the context. */
  readonly length: number;
  readonly batch: number;
  readonly seed: number;
}

/** How many batches a validation reads at most. */
const maxBatches = 8;

/** The characters of a text, its first nine tenths to train on and the rest, at least one row, to validate on. Errors where that is too little. */
export function corpusOf(text: string, { length, batch, seed }: CorpusShape): Corpus {
  const tokenizer = characterTokenizer([text]);
  const ids = Int32Array.from(tokenizer.encode(text).ids);
  const row = length + 1;
  if (ids.length === 0) throw new RangeError('The text is empty: there is nothing to learn from.');
  if (ids.length < 2 * row)
    throw new RangeError(
      `The text has ${ids.length} characters; a context of ${length} needs ${2 * row} or more, half to train on and half to validate on.`,
    );
  const validationLength = Math.max(row, Math.floor(ids.length / 10));
  const [training, rest] = [
    ids.subarray(0, ids.length - validationLength),
    ids.subarray(ids.length - validationLength),
  ];
  const all = [...allWindows(rest, { length, batch })];
  const stride = Math.max(1, all.length / maxBatches);
  const validation = Array.from({ length: Math.min(maxBatches, all.length) }, (_, i) => all[Math.floor(i * stride)]!);
  return { tokenizer, batches: randomWindows(training, { length, batch, seed }), validation };
}
