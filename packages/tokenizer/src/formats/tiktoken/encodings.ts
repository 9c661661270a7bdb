/** The split pattern and the special tokens of a published vocabulary. */
export interface TiktokenEncoding {
  /** The regular expression whose matches are the pre-tokens. */
  readonly pattern: string;
  /** Special tokens and their ids. */
  readonly specialTokens: Readonly<Record<string, number>>;
  /** The number of ranks in its file. */
  readonly ranks: number;
}

const endOfText = '<|endoftext|>';
const gpt2 = "'(?:[sdmt]|ll|ve|re)| ?\\p{L}++| ?\\p{N}++| ?[^\\s\\p{L}\\p{N}]++|\\s++$|\\s+(?!\\S)|\\s";
const [before, ending] = ['[^\\r\\n\\p{L}\\p{N}]?', "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"];
const [upper, lower] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'];

/** The known vocabularies, with the patterns and special tokens of tiktoken. */
export const tiktokenEncodings = {
  r50k_base: { pattern: gpt2, specialTokens: { [endOfText]: 50256 }, ranks: 50256 },
  p50k_base: { pattern: gpt2, specialTokens: { [endOfText]: 50256 }, ranks: 50280 },
  cl100k_base: {
    pattern:
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|" +
      '\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s',
    specialTokens: {
      [endOfText]: 100257,
      '<|fim_prefix|>': 100258,
      '<|fim_middle|>': 100259,
      '<|fim_suffix|>': 100260,
      '<|endofprompt|>': 100276,
    },
    ranks: 100256,
  },
  o200k_base: {
    pattern:
      `${before}${upper}*${lower}+${ending}|${before}${upper}+${lower}*${ending}|\\p{N}{1,3}|` +
      ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
    specialTokens: { [endOfText]: 199999, '<|endofprompt|>': 200018 },
    ranks: 199998,
  },
} as const satisfies Record<string, TiktokenEncoding>;

/** The name of a known vocabulary. */
export type TiktokenName = keyof typeof tiktokenEncodings;
