import { readFixture } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import { sentencePieceTokenizer } from '../formats/sentencepiece/index.js';
import { tiktokenTokenizer } from '../formats/tiktoken/index.js';
import type { Tokenizer } from '../tokenizer.js';
import { expectLinearTime, expectOneLetterAsQuick, hostileTexts } from './hostile-texts.js';

const model = (name: string) => sentencePieceTokenizer(readFixture(`sentencepiece/own/${name}.model`));
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

describe.each(Object.entries(kinds))('%s', (_, make) => {
  const tokenizer = make();

  test.each(Object.entries(hostileTexts))('the time for %s grows linearly with their length', (_, make) =>
    expectLinearTime(tokenizer, make),
  );

  test('100,000 times "a" takes about as long as words', () => expectOneLetterAsQuick(tokenizer));

  test('NUL, U+FEFF, lone surrogates and the empty text are read, the surrogates as U+FFFD', () => {
    expect(tokenizer.encode('').ids).toEqual([]);
    expect(tokenizer.decode([])).toBe('');
    expect(tokenizer.encode('a\0\ufeffb').codePointOffsets.at(-1)![1]).toBe(4);
    const [odd, whole] = [tokenizer.encode('a\ud800b'), tokenizer.encode('a\ufffdb')];
    expect([odd.ids, odd.offsets]).toEqual([whole.ids, whole.offsets]);
  });
});
