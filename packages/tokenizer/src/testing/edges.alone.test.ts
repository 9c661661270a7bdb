import { readFixtureText } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { expectLinearTime, expectOneLetterAsQuick, hostileTexts } from './hostile-texts.js';

const read = (name: string) => tokenizerFromJson(readFixtureText(`tokenizers/${name}/tokenizer.json`));
const all = [
  'bpe-clip',
  'bpe-gpt2',
  'bpe-llama2',
  'bpe-llama3',
  'unigram-t5',
  'wordpiece-bert',
  'real-unigram-nmt-nfkc',
];

describe.each(all)('%s', name => {
  const tokenizer = read(name);

  test.each(Object.entries(hostileTexts))(
    'the time for %s grows linearly with their length, offsets included',
    (_, make) => expectLinearTime(tokenizer, make),
  );

  test('a lone surrogate is read as U+FFFD at the same index', () => {
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

  test('count equals the number of encoded tokens, and stops at the limit', () => {
    const text = 'The quick brown fox jumps over the lazy dog.';
    expect(tokenizer.count(text)).toBe(tokenizer.encode(text, { addSpecialTokens: false }).length);
    expect(tokenizer.count(text, 3)).toBe(3);
    expect(tokenizer.count('', 3)).toBe(0);
  });

  test('characters and tokens convert to each other', () => {
    const text = 'quick 🦊 fox';
    const encoding = tokenizer.encode(text);
    const token = encoding.charToToken(1)!;
    const [start, end] = encoding.tokenToChars(token)!;
    expect(start <= 1 && 1 < end).toBe(true);
    expect(encoding.charToToken(text.length)).toBeUndefined();
    expect(encoding.tokenToChars(encoding.length)).toBeUndefined();
  });
});

test('a byte-level vocabulary restores NUL and U+FEFF', () => {
  const tokenizer = read('bpe-gpt2');
  expect(tokenizer.decode(tokenizer.encode('\ufeffa\0b').ids)).toBe('\ufeffa\0b');
});

test('100,000 times "a" takes about as long as words', () => expectOneLetterAsQuick(read('bpe-gpt2')));
