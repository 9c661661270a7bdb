import type { PairTable } from '../../models/bpe/pair-table.js';
import type { Vocabulary } from '../../models/vocabulary.js';
import type { Json } from '../json/fields.js';
import { tiktokenEncodings } from './encodings.js';

/** The `tokenizer.json` that does what a rank file does: byte-level BPE with the merges behind the ranks, where whole tokens come first. */
export function ranksToJson(
  vocabulary: Vocabulary,
  merges: PairTable,
  pattern: string,
  specialTokens: Readonly<Record<string, number>>,
): Json {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false };
  const split = { type: 'Split', pattern: { Regex: withoutPossessives(pattern) }, behavior: 'Isolated', invert: false };
  const isGpt2 = pattern === tiktokenEncodings.r50k_base.pattern;
  return {
    added_tokens: Object.entries(specialTokens).map(([content, id]) => ({
      id,
      content,
      normalized: false,
      special: true,
    })),
    pre_tokenizer: isGpt2
      ? { ...byteLevel, use_regex: true }
      : { type: 'Sequence', pretokenizers: [split, { ...byteLevel, use_regex: false }] },
    decoder: byteLevel,
    model: {
      type: 'BPE',
      ignore_merges: true,
      vocab: new Map([...vocabulary.entries()].sort(([, a], [, b]) => a - b)),
      merges: sortedMerges(vocabulary, merges),
    },
  };
}

/** Without possessive repetition, which some readers of `tokenizer.json` do not know; in this pattern nothing is given back all the same. */
const withoutPossessives = (pattern: string) =>
  pattern === tiktokenEncodings.cl100k_base.pattern
    ? "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s+(?![\\s\\S])|\\s*[\\r\\n]|\\s+(?!\\S)|\\s"
    : pattern;

/** Pairs by their ranks; of those that make the same token the one with the longest left part first, as neighbours merge from the left. */
function sortedMerges(vocabulary: Vocabulary, merges: PairTable): string[][] {
  const name = (id: number) => vocabulary.token(id)!;
  return [...merges.entries()]
    .sort(([left, , rank], [other, , otherRank]) => rank - otherRank || name(other).length - name(left).length)
    .map(([left, right]) => [name(left), name(right)]);
}
