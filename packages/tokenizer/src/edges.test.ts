import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from './load.js';

const read = (name: string) =>
  tokenizerFromJson(
    readFileSync(new URL(`../../../fixtures/tokenizers/${name}/tokenizer.json`, import.meta.url), 'utf8'),
  );
const all = [
  'bpe-clip',
  'bpe-gpt2',
  'bpe-llama2',
  'bpe-llama3',
  'unigram-t5',
  'wordpiece-bert',
  'real-unigram-nmt-nfkc',
];

const astral = Array.from({ length: 100_000 }, (_, index) => String.fromCodePoint(0x10000 + index)).join('');
const long: readonly (readonly [string, string])[] = [
  ['100,000 times a', 'a'.repeat(100_000)],
  ['one word of 300 kB', 'abcdefghij'.repeat(30_000)],
  ['300,000 spaces before a word', `${' '.repeat(300_000)}x`],
  ['300,000 spaces between words', `x${' '.repeat(300_000)}x`],
  ['100,000 combining marks', `e${'\u0301\u0323'.repeat(50_000)}`],
  ['100,000 different astral characters', astral],
  ['300,000 line ends', '\n'.repeat(300_000)],
  ['300,000 apostrophes', "'".repeat(300_000)],
];

describe.each(all)('%s', name => {
  const tokenizer = read(name);

  test.each(long)('%s take seconds at most, offsets included', (_, text) => {
    const begun = performance.now();
    const encoding = tokenizer.encode(text);
    expect(encoding.offsets.length).toBe(encoding.ids.length);
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  test('a lone surrogate is read as U+FFFD in its place', () => {
    for (const text of ['a\ud83db', '\ude42', 'x\ud83d']) {
      const encoding = tokenizer.encode(text);
      const replaced = tokenizer.encode(text.replace(/[\ud83d\ude42]/u, '\ufffd'));
      expect([encoding.ids, encoding.offsets]).toEqual([replaced.ids, replaced.offsets]);
      expect(encoding.codePointOffsets).toEqual(replaced.codePointOffsets);
    }
  });

  test('the empty text has only what the post-processor adds', () => {
    expect(tokenizer.encode('', { addSpecialTokens: false }).ids).toEqual([]);
    expect(tokenizer.encode('').specialTokensMask).not.toContain(0);
    expect(tokenizer.decode([])).toBe('');
    expect(tokenizer.decodeStream().flush()).toBe('');
  });

  test('counting counts what encoding gives, and stops at the limit', () => {
    const text = 'The quick brown fox jumps over the lazy dog.';
    expect(tokenizer.count(text)).toBe(tokenizer.encode(text, { addSpecialTokens: false }).length);
    expect(tokenizer.count(text, 3)).toBe(3);
    expect(tokenizer.count('', 3)).toBe(0);
  });

  test('characters and tokens lead to each other', () => {
    const text = 'quick 🦊 fox';
    const encoding = tokenizer.encode(text);
    const token = encoding.charToToken(1)!;
    const [start, end] = encoding.tokenToChars(token)!;
    expect(start <= 1 && 1 < end).toBe(true);
    expect(encoding.charToToken(text.length)).toBeUndefined();
    expect(encoding.tokenToChars(encoding.length)).toBeUndefined();
  });
});

test('NUL and U+FEFF go through a byte-level vocabulary and back', () => {
  const tokenizer = read('bpe-gpt2');
  expect(tokenizer.decode(tokenizer.encode('\ufeffa\0b').ids)).toBe('\ufeffa\0b');
});

test('100,000 times a takes less than 300 ms', () => {
  const tokenizer = read('bpe-gpt2');
  const text = 'a'.repeat(100_000);
  const times = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    tokenizer.encode(text);
    return performance.now() - begun;
  });
  expect(Math.min(...times)).toBeLessThan(300);
});
