import type { TokenWithOffset } from '@residual/elements';
import type { Tokenizer } from '@residual/tokenizer';

/** A text as tokens, with its sizes and the result of decoding. */
export interface TokenizedText {
  readonly tokens: readonly TokenWithOffset[];
  /** Code points, as Python counts. */
  readonly characters: number;
  /** Bytes of UTF-8. */
  readonly bytes: number;
  /** The text that the tokens decode to. */
  readonly decoded: string;
  /** The number of tokens that stand for unknown characters. */
  readonly unknown: number;
}

/** Encodes a text and decodes it again. */
export function tokenizeText(tokenizer: Tokenizer, text: string, addSpecialTokens: boolean): TokenizedText {
  const { ids, tokens, offsets, specialTokensMask } = tokenizer.encode(text, {
    addSpecialTokens,
    truncation: null,
    padding: null,
  });
  return {
    tokens: ids.map((id, i) => {
      return { id, token: tokens[i]!, offset: offsets[i]!, isSpecial: specialTokensMask[i] === 1 };
    }),
    characters: [...text].length,
    bytes: new TextEncoder().encode(text).length,
    decoded: tokenizer.decode(ids, { skipSpecialTokens: addSpecialTokens }),
    unknown: unknownIn(tokenizer, ids),
  };
}

/** The number of ids that stand for unknown characters. */
export const unknownIn = (tokenizer: Tokenizer, ids: readonly number[]): number =>
  ids.reduce((count, id) => count + (id === tokenizer.unkTokenId ? 1 : 0), 0);
