import { bpeFields } from '../../models/bpe/bpe.js';
import { type PairTable, pairsIn } from '../../models/bpe/pair-table.js';
import { tokensById, type Vocabulary } from '../../models/vocabulary.js';
import type { Json } from '../json/fields.js';
import { tiktokenEncodings } from './encodings.js';

/**
 * The `tokenizer.json` of a rank file: byte-level BPE with the merges that the ranks imply, and with `ignore_merges`.
 */
export function ranksToJson(
  vocabulary: Vocabulary,
  merges: PairTable,
  pattern: string,
  specialTokens: Readonly<Record<string, number>>,
): Json {
  const byteLevel = (splits: boolean) => ({
    type: 'ByteLevel',
    add_prefix_space: false,
    trim_offsets: false,
    use_regex: splits,
  });
  const split = { type: 'Split', pattern: { Regex: withoutPossessives(pattern) }, behavior: 'Isolated', invert: false };
  const isGpt2 = pattern === tiktokenEncodings.r50k_base.pattern;
  return {
    added_tokens: Object.entries(specialTokens).map(([content, id]) => ({
      id,
      content,
      normalized: false,
      special: true,
    })),
    pre_tokenizer: isGpt2 ? byteLevel(true) : { type: 'Sequence', pretokenizers: [split, byteLevel(false)] },
    decoder: byteLevel(true),
    model: {
      type: 'BPE',
      ...bpeFields,
      ignore_merges: true,
      vocab: new Map(tokensById(vocabulary)),
      merges: sortedMerges(vocabulary, merges),
    },
  };
}

/**
 * The pattern without possessive quantifiers, which some readers of `tokenizer.json` do not support. In this pattern
 * the matches are the same.
 */
const withoutPossessives = (pattern: string) =>
  pattern === tiktokenEncodings.cl100k_base.pattern
    ? "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" +
      '\\s+(?![\\s\\S])|\\s*[\\r\\n]|\\s+(?!\\S)|\\s'
    : pattern;

/**
 * The pairs by rank. Among pairs with the same result the one with the longest left part is first, since merging goes
 * from left to right.
 */
function sortedMerges(vocabulary: Vocabulary, merges: PairTable): string[][] {
  const name = (id: number) => vocabulary.token(id)!;
  return [...pairsIn(merges)]
    .sort(([left, , rank], [other, , otherRank]) => rank - otherRank || name(other).length - name(left).length)
    .map(([left, right]) => [name(left), name(right)]);
}
