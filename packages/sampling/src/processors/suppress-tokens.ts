import { type TokenIds, tokenIds } from '../errors.js';
import { type Processor, processor, type SequenceContext } from '../processor.js';

/** Suppresses the tokens while `applies`; ids outside the vocab are ignored. */
export const suppressWhile = (ids: readonly number[], applies: (context: SequenceContext) => boolean): Processor =>
  processor((row, context) => {
    if (applies(context)) for (const id of ids) row[id] = -Infinity;
  });

/** Suppresses the tokens always. Logits [vocab] to logits [vocab]. */
export const suppressTokens = (tokens: TokenIds): Processor =>
  suppressWhile(tokenIds('suppressTokens', tokens), () => true);

/**
 * Suppresses the tokens as the first new token. With `afterForcedBos`, and a prompt of one token, they are suppressed
 * after the forced start token instead. Logits [vocab] to logits [vocab].
 */
export const beginSuppressTokens = (tokens: TokenIds, afterForcedBos = false): Processor =>
  suppressWhile(
    tokenIds('beginSuppressTokens', tokens),
    context => context.tokens.length === context.promptLength + (afterForcedBos && context.promptLength < 2 ? 1 : 0),
  );
