import type { Component } from '../formats/json/components.js';
import { type Fields, type Json, readCharacter } from '../formats/json/fields.js';
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

/** The fields of the pre-tokenizer and of the decoder `Metaspace`. */
export const metaspaceFields = { replacement: '▁', prepend_scheme: null, split: true };

/** Makes spaces visible, adds one in front, and splits before each (SentencePiece). */
export const metaspace: Component<PreTokenizer> = {
  type: 'Metaspace',
  fields: metaspaceFields,
  fromJson: makeSpacesVisible,
  toJson: metaspaceToJson,
  spaceRule: (fields, space) => {
    const { replacement, splits } = readMetaspace(fields);
    const after = space === ' ' ? replacement : space;
    if (!splits) return { space: after };
    return after === replacement ? { space: after, splits: 'words' } : undefined;
  },
};

function makeSpacesVisible(fields: Fields): PreTokenizer {
  const { replacement, prependScheme, splits } = readMetaspace(fields);
  const findSpace = literalMatcher(' ');
  const rewrite = (preToken: NormalizedString) => {
    const isFirst = prependScheme === 'always' || (prependScheme === 'first' && preToken.start(0) === 0);
    const spaces: number[] = [];
    findSpace(preToken.text, 0, preToken.text.length, spaces);
    if (spaces.length > 0) preToken.replace(spaces, replacement);
    if (isFirst && !preToken.text.startsWith(replacement)) preToken.prepend(replacement);
  };
  const needsOrigin = prependScheme === 'first';
  if (!splits) return [{ rewrite, needsOrigin }];
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
}

/** Reads the settings that the pre-tokenizer and the decoder share. Older files use `add_prefix_space`. */
export function readMetaspace(fields: Fields): MetaspaceOptions & { readonly splits: boolean } {
  const old = fields.boolean('add_prefix_space', true) ? 'always' : 'never';
  return {
    replacement: readCharacter(fields, 'replacement'),
    prependScheme: fields.choice('prepend_scheme', ['never', 'always', 'first'], old),
    splits: fields.boolean('split'),
  };
}

/** The fields of the pre-tokenizer and of the decoder as they are saved. */
export function metaspaceToJson(fields: Fields): Json {
  const { replacement, prependScheme, splits } = readMetaspace(fields);
  return { replacement, prepend_scheme: prependScheme, split: splits };
}
