import { expectInteger } from '../errors.js';
import { type Processor, processor, type SequenceContext } from '../processor.js';
import { encoderTokens } from './encoder-tokens.js';

/**
 * Suppresses each token that would complete, after the last `size` - 1 tokens, an n-gram of `size` tokens in `source`.
 */
const banNgrams = (size: number, source: (context: SequenceContext) => ArrayLike<number>): Processor =>
  processor((row, context) => {
    const { tokens } = context;
    const history = source(context);
    const start = tokens.length - size + 1;
    for (let first = 0; first + size <= history.length; first++) {
      let same = 0;
      while (same < size - 1 && history[first + same] === tokens[start + same]) same++;
      if (same === size - 1) row[history[first + same]!] = -Infinity;
    }
  });

/**
 * Lets no n-gram of `size` tokens occur twice, prompt included (Paulus et al. 2017, arXiv:1705.04304). Logits [vocab]
 * to logits [vocab]; throws if `size` is not a whole number, 1 or more.
 */
export function noRepeatNgramSize(size: number): Processor {
  expectInteger('noRepeatNgramSize', size, 1);
  return banNgrams(size, context => context.tokens);
}

/**
 * Lets no n-gram of `size` tokens that the encoder read be generated. Logits [vocab] to logits [vocab]; throws if
 * `size` is not a whole number, 1 or more, or the context has no `encoderTokens`.
 */
export function encoderNoRepeatNgramSize(size: number): Processor {
  expectInteger('encoderNoRepeatNgramSize', size, 1);
  return banNgrams(size, context => encoderTokens('encoderNoRepeatNgramSize', context));
}
