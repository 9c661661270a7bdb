import { grouped } from '@residual/appkit';
import type { TokenWithOffset } from '@residual/elements';
import type { Tokenizer } from '@residual/tokenizer';

/** A text with its tokens, its sizes, and the result of decoding. */
export interface TokenizedText {
  readonly tokens: readonly TokenWithOffset[];
  readonly figures: string;
  readonly back: string;
}

const counted = (number: number, noun: string) => `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;

/** Encodes a text and decodes it again. */
export function tokenizeText(tokenizer: Tokenizer, text: string, addSpecialTokens: boolean): TokenizedText {
  const { ids, tokens, offsets, specialTokensMask } = tokenizer.encode(text, {
    addSpecialTokens,
    truncation: null,
    padding: null,
  });
  const tokensWithOffsets = ids.map((id, i) => {
    return { id, token: tokens[i]!, offset: offsets[i]!, isSpecial: specialTokensMask[i] === 1 };
  });
  const codePoints = [...text].length;
  const bytes = new TextEncoder().encode(text).length;
  const figures = [
    counted(ids.length, 'token'),
    counted(codePoints, 'code point'),
    counted(text.length, 'UTF-16 unit'),
    `${counted(bytes, 'byte')} of UTF-8`,
    ...(ids.length > 0 ? [`${(bytes / ids.length).toFixed(2)} bytes per token`] : []),
  ].join(' · ');
  const decoded = tokenizer.decode(ids, { skipSpecialTokens: addSpecialTokens });
  const back = decoded === text ? 'Decoding the tokens gives the same text.' : `Decoding the tokens gives: ${decoded}`;
  return { tokens: tokensWithOffsets, figures, back };
}
