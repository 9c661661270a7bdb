import { expectPositive } from '../errors.js';
import { type Processor, processor, type SequenceContext } from '../processor.js';
import { encoderTokens } from './encoder-tokens.js';

/** Divides positive logits of the tokens by `penalty` and multiplies negative ones by it, each token once. */
const penalize = (penalty: number, of: (context: SequenceContext) => ArrayLike<number>): Processor =>
  processor((row, context) => {
    const tokens = of(context);
    const logits = Float64Array.from(tokens, id => row[id]!); // read all before writing: a token may occur twice
    for (const [i, logit] of logits.entries()) row[tokens[i]!] = logit < 0 ? logit * penalty : logit / penalty;
  });

/**
 * Makes tokens that already occurred, prompt included, less likely: a positive logit is divided by `penalty`, a
 * negative one multiplied (Keskar et al. 2019, arXiv:1909.05858). Below 1 they become more likely. Logits [vocab] to
 * logits [vocab]; throws if `penalty` is not above 0.
 */
export function repetitionPenalty(penalty: number): Processor {
  expectPositive('repetitionPenalty', penalty);
  return penalize(penalty, context => context.tokens);
}

/**
 * Makes the tokens that the encoder read more likely, by the inverse of `repetitionPenalty`. Logits [vocab] to logits
 * [vocab]; throws if `penalty` is not above 0 or the context has no `encoderTokens`.
 */
export function encoderRepetitionPenalty(penalty: number): Processor {
  expectPositive('encoderRepetitionPenalty', penalty);
  return penalize(1 / penalty, context => encoderTokens('encoderRepetitionPenalty', context));
}
