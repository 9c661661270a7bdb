import type { AlignedText } from '../aligned-text.js';
import type { Reader } from '../components.js';
import type { Fields } from '../fields.js';
import { literalMatcher } from '../pattern.js';
import { characterReader } from './character-reader.js';
import type { PreTokenizer } from './pre-tokenizer.js';
import { cutAtMatches } from './split.js';

/** How spaces are shown: as a symbol, which may also be put in front. */
export interface Visible {
  readonly symbol: string;
  readonly scheme: PrependScheme;
}

/** When a space is put in front: never, always, or only at the beginning of the text. */
export type PrependScheme = 'never' | 'always' | 'first';

/** Makes spaces visible, puts one in front, and cuts before each (SentencePiece). */
export const metaspace: Reader<PreTokenizer> = fields => {
  const { replacement, scheme } = readMetaspace(fields);
  const findSpace = literalMatcher(' ');
  const rewrite = (piece: AlignedText) => {
    const isFirst = scheme === 'always' || (scheme === 'first' && piece.start(0) === 0);
    const spaces: number[] = [];
    findSpace(piece.text, 0, piece.text.length, spaces);
    if (spaces.length > 0) piece.replace(spaces, replacement);
    if (isFirst && !piece.text.startsWith(replacement)) piece.prepend(replacement);
  };
  const asksOrigin = scheme === 'first';
  if (!fields.boolean('split', true)) return [{ rewrite, asksOrigin }];
  const cut = cutAtMatches(literalMatcher(replacement), 'MergedWithNext');
  return [{ rewrite, asksOrigin, cut, visible: { symbol: replacement, scheme }, reader: characterReader }];
};

/** Reads the settings that the pre-tokenizer and the decoder share; older files say `add_prefix_space`. */
export function readMetaspace(fields: Fields): { replacement: string; scheme: PrependScheme } {
  const old = fields.boolean('add_prefix_space', true) ? 'always' : 'never';
  return {
    replacement: fields.character('replacement', '▁'),
    scheme: fields.choice('prepend_scheme', ['never', 'always', 'first'], old),
  };
}
