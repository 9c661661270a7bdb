import type { ComponentReader } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import type { NormalizedString } from '../text/normalized-string.js';
import { literalMatcher } from '../text/pattern.js';
import type { PreTokenizer } from './pre-tokenizer.js';
import { singlePassEncoder } from './single-pass-encoder.js';
import { splitAtMatches } from './split.js';

/** How spaces are made visible: the symbol, and when it is added in front. */
export interface MetaspaceOptions {
  /** The symbol that stands for a space, one character. */
  readonly replacement: string;
  /** When a space is added in front of the text. */
  readonly prependScheme: PrependScheme;
}

/** When a space is added in front: never, always, or only at the start of the text. */
export type PrependScheme = 'never' | 'always' | 'first';

/** Makes spaces visible, adds one in front, and splits before each (SentencePiece). */
export const metaspace: ComponentReader<PreTokenizer> = fields => {
  const { replacement, prependScheme } = readMetaspace(fields);
  const findSpace = literalMatcher(' ');
  const rewrite = (preToken: NormalizedString) => {
    const isFirst = prependScheme === 'always' || (prependScheme === 'first' && preToken.start(0) === 0);
    const spaces: number[] = [];
    findSpace(preToken.text, 0, preToken.text.length, spaces);
    if (spaces.length > 0) preToken.replace(spaces, replacement);
    if (isFirst && !preToken.text.startsWith(replacement)) preToken.prepend(replacement);
  };
  const needsOrigin = prependScheme === 'first';
  if (!fields.boolean('split', true)) return [{ rewrite, needsOrigin }];
  const split = splitAtMatches(literalMatcher(replacement), 'MergedWithNext');
  return [
    {
      rewrite,
      needsOrigin,
      split,
      metaspace: { replacement, prependScheme },
      singlePass: singlePassEncoder,
    },
  ];
};

/** Reads the settings that the pre-tokenizer and the decoder share. Older files use `add_prefix_space`. */
export function readMetaspace(fields: Fields): { replacement: string; prependScheme: PrependScheme } {
  const old = fields.boolean('add_prefix_space', true) ? 'always' : 'never';
  return {
    replacement: fields.character('replacement', '▁'),
    prependScheme: fields.choice('prepend_scheme', ['never', 'always', 'first'], old),
  };
}
