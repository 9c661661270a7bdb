import type { Json } from '../json/fields.js';
import { tiktokenEncodings } from '../tiktoken/encodings.js';

/** How the byte-level tokenizers of one name in `tokenizer.ggml.pre` split texts and put special tokens around them. */
export interface GgufPreTokenizer {
  /** The names that llama.cpp has for it; the first is written. */
  readonly names: readonly string[];
  /** The patterns that split a text one after the other, before the byte level. */
  readonly steps: readonly string[];
  /** Whether each digit is a pre-token; false if absent. */
  readonly splitsDigits?: boolean;
  /** Whether the byte level splits by the pattern of GPT-2; false if absent. */
  readonly usesRegex?: boolean;
  /** Whether a pre-token that is a token becomes that token, whatever the merges say; false if absent. */
  readonly ignoreMerges?: boolean;
  /** Whether a text begins with bos unless the file says otherwise; false if absent. */
  readonly addsBos?: boolean;
  /** The normalizer of the published tokenizers; none if absent. */
  readonly normalizer?: Json;
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
/** The pattern of Llama 3 and Qwen around that of numbers, of which they keep together other lengths. */
const words = `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+`;
const others = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const threeDigits = `${words}|\\p{N}{1,3}|${others}`;
const oneDigit = `${words}|\\p{N}|${others}`;
const [upper, lower] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'];
const tekken =
  `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*|\\p{N}|` +
  ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * The pre-tokenizers of byte-level GGUF files. llama.cpp compares names; the patterns are those of the published
 * tokenizers. Another one is a line here. Names: llama-vocab.cpp of https://github.com/ggml-org/llama.cpp
 */
export const ggufPreTokenizers: readonly GgufPreTokenizer[] = [
  {
    names: ['gpt-2', 'phi-2', 'mpt', 'olmo', 'jais', 'jina-es', 'jina-de', 'jina-v2-es', 'jina-v2-de', 'gigachat'],
    steps: [],
    usesRegex: true,
  },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    steps: [threeDigits],
    ignoreMerges: true,
    addsBos: true,
  },
  { names: ['dbrx', 'smaug-bpe', 'chatglm-bpe', 'glm4'], steps: [threeDigits] },
  {
    names: ['qwen2', 'deepseek-r1-qwen', 'kormo', 'megrez'],
    steps: [oneDigit],
    normalizer: { type: 'NFC' },
  },
  { names: ['stablelm2', 'hunyuan'], steps: [oneDigit] },
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b'],
    steps: [],
    splitsDigits: true,
    usesRegex: true,
  },
  { names: ['gpt-4o', 'llama4'], steps: [tiktokenEncodings.o200k_base.pattern] },
  { names: ['tekken'], steps: [tekken], ignoreMerges: true, addsBos: true },
  {
    names: ['default'],
    steps: ['[\\p{P}\\$\\+<=>\\^~\\|]+', gpt2, '\\p{N}+', '[0-9][0-9][0-9]'],
  },
];

/** The components of a pre-tokenizer with its byte level, as in the published `tokenizer.json`. */
export function preTokenizerJson({ steps, splitsDigits = false, usesRegex = false }: GgufPreTokenizer): Json {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: usesRegex };
  const splits = steps.map(pattern => ({
    type: 'Split',
    pattern: { Regex: pattern },
    behavior: 'Isolated',
    invert: false,
  }));
  const all = [...splits, ...(splitsDigits ? [{ type: 'Digits', individual_digits: true }] : []), byteLevel];
  return all.length === 1 ? byteLevel : { type: 'Sequence', pretokenizers: all };
}
