import { expectWhole, type TokenIds, tokenIds } from './errors.js';
import type { Context } from './processor.js';

/** Why a row ends: an end token was chosen, `maxNewTokens` are there, or all positions of the model are taken. */
export type FinishReason = 'eos' | 'length' | 'positions';

/** What ends a row. */
export interface FinishOptions {
  /** The token, or tokens, that end a row. */
  readonly eos?: TokenIds | undefined;
  /** How many tokens may follow the prompt; 0 ends the row before the first. */
  readonly maxNewTokens?: number | undefined;
  /** How many tokens, prompt included, the model has positions for. */
  readonly positions?: number | undefined;
}

/**
 * A function that tells of a row, before its next token is asked for, whether and why it is at its end; an end token counts where
 * it was chosen, not in the prompt. Throws when an option is not a whole number in range.
 */
export function finishReason(options: FinishOptions): (context: Context) => FinishReason | undefined {
  const ends = new Set(options.eos === undefined ? [] : tokenIds('eos', options.eos));
  const { maxNewTokens = Infinity, positions = Infinity } = options;
  if (maxNewTokens !== Infinity) expectWhole('maxNewTokens', maxNewTokens, 0);
  if (positions !== Infinity) expectWhole('positions', positions, 1);
  return ({ tokens, promptLength }) => {
    if (tokens.length > promptLength && ends.has(tokens[tokens.length - 1]!)) return 'eos';
    if (tokens.length - promptLength >= maxNewTokens) return 'length';
    return tokens.length >= positions ? 'positions' : undefined;
  };
}
