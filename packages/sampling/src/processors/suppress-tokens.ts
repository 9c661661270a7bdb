import { type TokenIds, tokenIds } from '../errors.js';
import { type Processor, processor, type SequenceContext } from '../processor.js';

/** Suppresses the listed tokens while `applies`; ids outside the vocab are passed over. */
export const suppressWhile = (ids: readonly number[], applies: (context: SequenceContext) => boolean): Processor =>
  processor((row, context) => {
    if (applies(context)) for (const id of ids) row[id] = -Infinity;
  });

/** Never lets the listed tokens be chosen. Logits [vocab] to logits [vocab]. */
export const suppressTokens = (tokens: TokenIds): Processor =>
  suppressWhile(tokenIds('suppressTokens', tokens), () => true);

/**
 * Does not let the listed tokens be the first one after the prompt; with `afterForcedBos`, after a prompt of one token, not the
 * one after the forced beginning. Logits [vocab] to logits [vocab].
 */
export const beginSuppressTokens = (tokens: TokenIds, afterForcedBos = false): Processor =>
  suppressWhile(
    tokenIds('beginSuppressTokens', tokens),
    context => context.tokens.length === context.promptLength + (afterForcedBos && context.promptLength < 2 ? 1 : 0),
  );
