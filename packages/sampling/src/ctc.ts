import { expectInteger, expectValue } from '@residual/base';

/** A token that `ctcGreedy` read. */
export interface CtcToken {
  readonly id: number;
  /** The first position that says it, and the one after the last. */
  readonly start: number;
  readonly end: number;
  /** The largest log-probability that a position of it gives it. */
  readonly logprob: number;
}

/**
 * The most likely token of each position, repeats of one token as one, without blanks (greedy decoding of Graves et al.
 * 2006): logits [positions, vocab], row-major, to the tokens in order. A token is repeated only with a blank between.
 */
export function ctcGreedy(logits: Float32Array, vocab: number, { blank }: { readonly blank: number }): CtcToken[] {
  expectInteger('ctcGreedy', 'vocab', vocab, { min: 1 });
  expectInteger('ctcGreedy', 'blank', blank, { max: vocab - 1 });
  const fits = logits.length % vocab === 0;
  expectValue(fits, 'ctcGreedy', 'the number of logits', logits.length, `a multiple of ${vocab}`, 'shape');
  const tokens: CtcToken[] = [];
  let before = blank;
  for (let position = 0; position * vocab < logits.length; position++) {
    const row = logits.subarray(position * vocab, (position + 1) * vocab);
    const id = row.reduce((best, value, i) => (value > row[best]! ? i : best), 0);
    const logprob = -Math.log(row.reduce((sum, value) => sum + Math.exp(value - row[id]!), 0));
    const latest = tokens.at(-1);
    if (id !== blank && id === before && latest)
      tokens[tokens.length - 1] = { ...latest, end: position + 1, logprob: Math.max(latest.logprob, logprob) };
    else if (id !== blank) tokens.push({ id, start: position, end: position + 1, logprob });
    before = id;
  }
  return tokens;
}
