import { expectNumber, samplingError, type TokenIds, tokenIds } from '../errors.js';
import { type Processor, processor } from '../processor.js';

/** A token, or a sequence of tokens, and the bias that is added to the logit of its last token. */
export type SequenceBias = readonly [sequence: TokenIds, bias: number];

/**
 * Adds each bias to the logit of the last token of its sequence if the other tokens of the sequence precede; a single
 * token is biased everywhere. As in the reference, a sequence longer than all tokens so far is ignored. Logits [vocab]
 * to logits [vocab]; throws if an id is not in the vocab.
 */
export const sequenceBias = (biases: readonly SequenceBias[]): Processor => biasSequences('sequenceBias', biases);

/** `sequenceBias` with the name that its errors use. */
export function biasSequences(name: string, biases: readonly SequenceBias[]): Processor {
  const entries = biases.map(([sequence, bias]) => {
    expectNumber(!Number.isNaN(bias), name, bias, 'a number for each sequence');
    return { ids: tokenIds(name, sequence), bias };
  });
  return processor((row, { tokens }) => {
    for (const { ids, bias } of entries) {
      const over = ids.find(id => id >= row.length);
      if (over !== undefined) {
        throw samplingError('option', `${name} names token ${over}; the vocab has ${row.length} tokens`);
      }
      const last = ids.length - 1;
      const start = tokens.length - last;
      const precedes = ids.every((id, i) => i === last || id === tokens[start + i]);
      if (last === 0 || (precedes && start > 0)) row[ids[last]!]! += bias;
    }
  });
}
