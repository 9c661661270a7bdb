import type { Vocabulary } from './vocabulary.js';

/** The id of a token that the vocabulary does not have. */
export const missing = -1;

/** The ids of the tokens `<0x00>` to `<0xFF>`, by byte; `missing` for those that the vocabulary does not have. */
export const byteTokenIds = (vocabulary: Vocabulary): readonly number[] =>
  Array.from(
    { length: 256 },
    (_, byte) => vocabulary.id(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`) ?? missing,
  );

/** The same ids; undefined unless the vocabulary has all of them. */
export function allByteTokenIds(vocabulary: Vocabulary): readonly number[] | undefined {
  const ids = byteTokenIds(vocabulary);
  return ids.includes(missing) ? undefined : ids;
}
