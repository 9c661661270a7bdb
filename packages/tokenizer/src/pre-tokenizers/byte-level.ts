import type { Component } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import { toByteAlphabet } from '../text/byte-alphabet.js';
import { scanGpt2 } from './known-patterns.js';
import type { PreTokenizer, Stage } from './pre-tokenizer.js';

/** The fields of the components `ByteLevel`: pre-tokenizer, post-processor and decoder. */
export const byteLevelFields = { add_prefix_space: true, trim_offsets: true, use_regex: true };

/** Splits with the pattern of GPT-2 (unless `use_regex` is false) and treats the pre-tokens as bytes. */
export const byteLevel: Component<PreTokenizer> = {
  type: 'ByteLevel',
  fields: byteLevelFields,
  fromJson: readByteLevel,
  spaceRule: (fields, space) => {
    const after = toByteAlphabet(space);
    if (!fields.boolean('use_regex')) return { space: after };
    if (space !== ' ') return undefined;
    // If a space is added before a line end (after an added token), the split between them depends on what follows.
    return { space: after, splits: fields.boolean('add_prefix_space') ? 'words' : 'lines' };
  },
};

/** Reads the pre-tokenizer, which is one stage. */
export function readByteLevel(fields: Fields): PreTokenizer {
  const stage: Stage = {
    asBytes: true,
    ...(fields.boolean('add_prefix_space') && {
      rewrite: preToken => preToken.text.startsWith(' ') || preToken.prepend(' '),
    }),
    ...(fields.boolean('use_regex') && { scan: scanGpt2 }),
  };
  return [stage];
}
