import { expectInteger } from '../errors.js';
import { type Processor, processor, type SequenceContext } from '../processor.js';
import { encoderTokens } from './encoder-tokens.js';

/** Suppresses each token that would end, after the last `size` - 1 tokens, a run of `size` that `source` holds. */
const banNgrams = (size: number, source: (context: SequenceContext) => ArrayLike<number>): Processor =>
  processor((row, context) => {
    const { tokens } = context;
    const runs = source(context);
    const start = tokens.length - size + 1;
    for (let first = 0; first + size <= runs.length; first++) {
      let same = 0;
      while (same < size - 1 && runs[first + same] === tokens[start + same]) same++;
      if (same === size - 1) row[runs[first + same]!] = -Infinity;
    }
  });

/**
 * Lets no run of `size` tokens come twice, the prompt included (Paulus et al. 2017, arXiv:1705.04304). Logits [vocab] to logits
 * [vocab]; throws when `size` is not a whole number from 1 on.
 */
export function noRepeatNgramSize(size: number): Processor {
  expectInteger('noRepeatNgramSize', size, 1);
  return banNgrams(size, context => context.tokens);
}

/**
 * Lets no run of `size` tokens of what the encoder read be written. Logits [vocab] to logits [vocab]; throws when `size` is not
 * a whole number from 1 on or the context has no `encoderTokens`.
 */
export function encoderNoRepeatNgramSize(size: number): Processor {
  expectInteger('encoderNoRepeatNgramSize', size, 1);
  return banNgrams(size, context => encoderTokens('encoderNoRepeatNgramSize', context));
}
