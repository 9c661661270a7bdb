import type { TokenWithOffset } from '@residual/elements';
import type { Tokenizer } from '@residual/tokenizer';

/** A text with its tokens, its sizes, and the result of decoding. */
export interface TokenizedText {
  readonly tokens: readonly TokenWithOffset[];
  readonly figures: string;
  readonly back: string;
}

const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

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
    count(ids.length, 'token'),
    count(codePoints, 'code point'),
    count(text.length, 'UTF-16 unit'),
    `${count(bytes, 'byte')} of UTF-8`,
    ...(ids.length > 0 ? [`${(bytes / ids.length).toFixed(2)} bytes per token`] : []),
  ].join(' · ');
  const decoded = tokenizer.decode(ids, { skipSpecialTokens: addSpecialTokens });
  const back = decoded === text ? 'Decoded, the tokens give this text again.' : `Decoded, the tokens give: ${decoded}`;
  return { tokens: tokensWithOffsets, figures, back };
}
