import { endTokenIds, expectInteger, type TokenIds } from './errors.js';
import type { SequenceContext } from './processor.js';

/** Why a sequence ends: an end token, `maxNewTokens` reached, or all positions of the model used. */
export type TokenFinishReason = 'eos' | 'length' | 'positions';

/** The options of `finishReason`. */
export interface FinishOptions {
  /** The end token, or several. */
  readonly eosTokenId?: TokenIds | undefined;
  /** How many tokens may follow the prompt; 0 ends the sequence before the first. */
  readonly maxNewTokens?: number | undefined;
  /** How many tokens the sequence may have, prompt included: the positions of the model. */
  readonly maxLength?: number | undefined;
}

/**
 * Makes a function that says why a sequence ends before its next token, or undefined if it does not. End tokens in the
 * prompt do not count. Throws if an option is not a whole number in range.
 */
export function finishReason(options: FinishOptions): (context: SequenceContext) => TokenFinishReason | undefined {
  const { eosTokenId, maxNewTokens = Infinity, maxLength = Infinity } = options;
  const ends = new Set(endTokenIds(eosTokenId));
  if (maxNewTokens !== Infinity) expectInteger('maxNewTokens', maxNewTokens, 0);
  if (maxLength !== Infinity) expectInteger('maxLength', maxLength, 1);
  return ({ tokens, promptLength }) => {
    if (tokens.length > promptLength && ends.has(tokens[tokens.length - 1]!)) return 'eos';
    if (tokens.length - promptLength >= maxNewTokens) return 'length';
    return tokens.length >= maxLength ? 'positions' : undefined;
  };
}
