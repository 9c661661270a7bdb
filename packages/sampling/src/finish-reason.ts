import { expectInteger, type TokenIds, tokenIds } from './errors.js';
import type { SequenceContext } from './processor.js';

/** Why a row ends: an end token was chosen, `maxNewTokens` are there, or all positions of the model are taken. */
export type TokenFinishReason = 'eos' | 'length' | 'positions';

/** What ends a row. */
export interface FinishOptions {
  /** The token, or tokens, that end a row. */
  readonly eosTokenId?: TokenIds | undefined;
  /** How many tokens may follow the prompt; 0 ends the row before the first. */
  readonly maxNewTokens?: number | undefined;
  /** How many tokens, prompt included, the model has positions for. */
  readonly maxLength?: number | undefined;
}

/**
 * A function that tells of a row, before its next token is asked for, whether and why it is at its end; an end token counts where
 * it was chosen, not in the prompt. Throws when an option is not a whole number in range.
 */
export function finishReason(options: FinishOptions): (context: SequenceContext) => TokenFinishReason | undefined {
  const ends = new Set(options.eosTokenId === undefined ? [] : tokenIds('eosTokenId', options.eosTokenId));
  const { maxNewTokens = Infinity, maxLength = Infinity } = options;
  if (maxNewTokens !== Infinity) expectInteger('maxNewTokens', maxNewTokens, 0);
  if (maxLength !== Infinity) expectInteger('maxLength', maxLength, 1);
  return ({ tokens, promptLength }) => {
    if (tokens.length > promptLength && ends.has(tokens[tokens.length - 1]!)) return 'eos';
    if (tokens.length - promptLength >= maxNewTokens) return 'length';
    return tokens.length >= maxLength ? 'positions' : undefined;
  };
}
