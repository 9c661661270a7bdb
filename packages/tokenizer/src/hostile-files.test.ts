import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sentencePieceTokenizer } from './sentencepiece/index.js';
import { tiktokenTokenizer } from './tiktoken/index.js';
import type { Tokenizer } from './tokenizer.js';

const model = (name: string) =>
  sentencePieceTokenizer(
    brotliDecompressSync(
      readFileSync(new URL(`../../../fixtures/sentencepiece/own/${name}.model.br`, import.meta.url)),
    ),
  );
const bytes = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);
const pairs = ['aa', 'aaaa', 'ab', 'abcd', 'cd', '  ', '    '].map((token, index) => `${btoa(token)} ${256 + index}`);
const ranks = (encoding: 'r50k_base' | 'cl100k_base' | 'o200k_base') =>
  tiktokenTokenizer([...bytes, ...pairs].join('\n'), { encoding });

const kinds: Record<string, () => Tokenizer> = {
  'unigram with a table': () => model('unigram-nmt-nfkc'),
  'unigram with symbols': () => model('unigram-symbols'),
  'unigram across words': () => model('unigram-across-words'),
  'unigram with bytes': () => model('unigram-byte-fallback'),
  'BPE as Llama': () => model('bpe-llama'),
  'BPE across words': () => model('bpe-across-words-symbols'),
  words: () => model('word'),
  characters: () => model('char-symbols'),
  r50k: () => ranks('r50k_base'),
  cl100k: () => ranks('cl100k_base'),
  o200k: () => ranks('o200k_base'),
};

const hostile: Record<string, (length: number) => string> = {
  'one letter': length => 'a'.repeat(length),
  'one word': length => 'abcdefghij'.repeat(length / 10),
  'spaces before a word': length => `${' '.repeat(length)}x`,
  'combining marks': length => `e${'\u0301\u0323'.repeat(length / 2)}`,
  'different astral characters': length =>
    Array.from({ length }, (_, index) => String.fromCodePoint(0x10000 + index)).join(''),
  'line ends': length => '\n'.repeat(length),
  'upper-case letters': length => 'A'.repeat(length),
  'lone surrogates': length => '\ud800'.repeat(length),
  'begun symbols': length => '<se'.repeat(length / 3),
};

/** The time that a text takes, in milliseconds. */
const timeOf = (tokenizer: Tokenizer, text: string) => {
  const begun = performance.now();
  const { ids, offsets } = tokenizer.encode(text);
  expect(offsets.length).toBe(ids.length);
  return performance.now() - begun;
};

describe.each(Object.entries(kinds))('%s', (_, make) => {
  const tokenizer = make();

  // What grows as the square would take 64 times as long; a busy machine is given two more tries.
  test.each(Object.entries(hostile))(
    'eight times as many %s take about eight times as long',
    { retry: 2 },
    (_, make) => {
      tokenizer.encode(make(3000));
      const few = Math.min(...[1, 2].map(() => timeOf(tokenizer, make(6000))));
      expect(timeOf(tokenizer, make(48_000))).toBeLessThan(24 * few + 500);
    },
  );

  test('100,000 times a takes less than 300 ms', { retry: 2 }, () => {
    const text = 'a'.repeat(100_000);
    const times = [1, 2, 3, 4, 5].map(() => {
      const begun = performance.now();
      tokenizer.encode(text);
      return performance.now() - begun;
    });
    expect(Math.min(...times)).toBeLessThan(300);
  });

  test('NUL, U+FEFF, lone surrogates and the empty text are read, the surrogates as U+FFFD', () => {
    expect(tokenizer.encode('').ids).toEqual([]);
    expect(tokenizer.decode([])).toBe('');
    expect(tokenizer.encode('a\0\ufeffb').codePointOffsets.at(-1)![1]).toBe(4);
    const [odd, whole] = [tokenizer.encode('a\ud800b'), tokenizer.encode('a\ufffdb')];
    expect([odd.ids, odd.offsets]).toEqual([whole.ids, whole.offsets]);
  });
});
