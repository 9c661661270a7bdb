import type { RemoteModel } from '@residual/model/worker';

/** The log of the softmax of row `row` of `logits` [length, vocab] at `id`, in float64. */
export function logprobAt(logits: Float32Array, vocab: number, row: number, id: number): number {
  const values = logits.subarray(row * vocab, (row + 1) * vocab);
  const most = values.reduce((a, b) => Math.max(a, b));
  const sum = values.reduce((total, value) => total + Math.exp(value - most), 0);
  return values[id]! - most - Math.log(sum);
}

/** The probability that `text` goes on with a space and `word`: the product over the tokens of the word. */
export async function wordProbability(
  model: Pick<RemoteModel, 'tokensOf' | 'forward' | 'vocab'>,
  text: string,
  word: string,
): Promise<number> {
  const start = text.trimEnd();
  const [before, whole] = await Promise.all([model.tokensOf(start), model.tokensOf(`${start} ${word.trim()}`)]);
  if (word.trim() === '') throw new Error('Name experiment: the next word is empty; give one, such as a name.');
  if (whole.length <= before.length || before.some((id, i) => id !== whole[i])) {
    throw new Error(
      'Name experiment: the tokens of the text and of the word run into each other; end the text at a word.',
    );
  }
  const { logits } = await model.forward(whole);
  const added = whole.slice(before.length);
  const logprobs = added.map((id, i) => logprobAt(logits.data, model.vocab, before.length + i - 1, id));
  return Math.exp(logprobs.reduce((sum, logprob) => sum + logprob, 0));
}
