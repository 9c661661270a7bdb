import { type Processor, processor, type SequenceContext } from '../processor.js';

/**
 * Leaves only the tokens that `allowed` returns for the current sequence: constrained decoding with a grammar or a trie
 * (De Cao et al. 2020, arXiv:2010.00904). Logits [vocab] to logits [vocab].
 */
export const allowedTokens = (allowed: (context: SequenceContext) => Iterable<number>): Processor =>
  processor((row, context) => {
    const logits = Array.from(allowed(context), id => [id, row[id] ?? -Infinity] as const);
    row.fill(-Infinity);
    for (const [id, logit] of logits) row[id] = logit;
  });
