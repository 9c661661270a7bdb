import type { RemoteModel } from '@residual/model/worker';

/** The log-softmax of row `row` of `logits` [length, vocab], in float64. */
export function logprobsAt(logits: Float32Array, vocab: number, row: number): Float64Array {
  const values = Float64Array.from(logits.subarray(row * vocab, (row + 1) * vocab));
  const largestLogit = values.reduce((a, b) => Math.max(a, b));
  const logSum = largestLogit + Math.log(values.reduce((total, value) => total + Math.exp(value - largestLogit), 0));
  return values.map(value => value - logSum);
}

/** The prediction of a model after a text. */
export interface Expected {
  /** The probability that the text continues with a space and the word: the product over the tokens of the word. */
  readonly probability: number;
  /** The log-probabilities of all tokens after the text, [vocab]. */
  readonly logprobs: Float64Array;
  /** The first token of the word. */
  readonly token: number;
}

/**
 * The prediction of a model after a text, and for a word in particular. Errors if the word is empty, or if its tokens
 * merge with those of the text.
 */
export async function expectedAfter(
  model: Pick<RemoteModel, 'tokensOf' | 'forward' | 'vocab'>,
  text: string,
  word: string,
): Promise<Expected> {
  const start = text.trimEnd();
  const [before, whole] = await Promise.all([model.tokensOf(start), model.tokensOf(`${start} ${word.trim()}`)]);
  if (word.trim() === '') throw new Error('Name experiment: the next word is empty; enter one, such as a name.');
  if (whole.length <= before.length || before.some((id, i) => id !== whole[i])) {
    throw new Error('Name experiment: the text and the word share a token; end the text after a whole word.');
  }
  const { logits } = await model.forward(whole);
  const added = whole.slice(before.length);
  const rows = added.map((_, i) => logprobsAt(logits.data, model.vocab, before.length + i - 1));
  const logprob = added.reduce((sum, id, i) => sum + rows[i]![id]!, 0);
  return { probability: Math.exp(logprob), logprobs: rows[0]!, token: added[0]! };
}

/** The indices of the largest numbers, largest first. */
export function largest(values: Float64Array, count: number): number[] {
  return Array.from(values.keys())
    .sort((a, b) => values[b]! - values[a]! || a - b)
    .slice(0, count);
}
