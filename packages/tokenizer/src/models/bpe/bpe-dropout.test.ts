import { workRatio } from '@residual/testkit/processor-time';
import { readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLevelComponents } from '../../formats/json/byte-level-components.js';
import { loadTokenizer, tokenizerFromJson } from '../../formats/json/load.js';
import { saveTokenizer } from '../../formats/json/save.js';
import { toWellFormed } from '../../text/unicode.js';

const text = readFixtureText('tokenizers/bpe-gpt2/tokenizer.json');
const tokenizer = tokenizerFromJson(text);
const sentence = 'Once upon a time there was a miller who lived by the river.';

test('with dropout 0 nothing changes, with dropout 1 every byte is a token', () => {
  expect(tokenizer.encode(sentence, { dropout: 0 }).ids).toEqual(tokenizer.encode(sentence).ids);
  const { tokens } = tokenizer.encode(sentence, { dropout: 1 });
  expect(tokens.every(token => token.length === 1)).toBe(true);
  expect(tokens.length).toBe(sentence.length);
});

test('a seed always gives the same tokens; other seeds and other texts of a batch give others', () => {
  const some = (seed: number) => tokenizer.encode(sentence, { dropout: 0.3, seed });
  expect(some(7).ids).toEqual(some(7).ids);
  expect(new Set([1, 2, 3, 4, 5].map(seed => some(seed).ids.join())).size).toBe(5);
  const [first, second] = tokenizer.encodeBatch([sentence, sentence], { dropout: 0.3, seed: 7 });
  expect(first!.ids).toEqual(some(7).ids);
  expect(second!.ids).not.toEqual(first!.ids);
});

test('whatever is dropped, the text is restored and the offsets slice it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (any, dropout, seed) => {
        const given = toWellFormed(`${any} the then`);
        const { ids, offsets } = tokenizer.encode(given, { dropout, seed });
        expect(tokenizer.decode(ids)).toBe(given);
        for (const [index, [start, end]] of offsets.entries()) {
          const token = tokenizer.decode([ids[index]!]);
          if (!token.includes('\ufffd')) expect(given.slice(start, end)).toBe(token);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a pair merges with the probability that dropout leaves', () => {
  const model = { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']] };
  const pair = tokenizerFromJson({ model });
  let merged = 0;
  for (let seed = 0; seed < 4000; seed++) merged += pair.encode('ab', { dropout: 0.3, seed }).length === 1 ? 1 : 0;
  expect(merged / 4000).toBeGreaterThan(0.67); // 0.7, with a standard deviation of 0.007
  expect(merged / 4000).toBeLessThan(0.73);
});

test('dropout of a file applies unless a call overrides it, and is saved', () => {
  const json = JSON.parse(text);
  const dropping = tokenizerFromJson({ ...json, model: { ...json.model, dropout: 0.5 } });
  expect(dropping.encode(sentence).ids).toEqual(tokenizer.encode(sentence, { dropout: 0.5 }).ids);
  expect(dropping.encode(sentence, { dropout: 0 }).ids).toEqual(tokenizer.encode(sentence).ids);
  expect(dropping.count(sentence)).toBe(dropping.encode(sentence).length);
  expect(JSON.parse(saveTokenizer(dropping)).model.dropout).toBe(0.5);
});

test('100,000 times "a" is fast with dropout too', async () => {
  const encode = (length: number) => tokenizer.encode('a'.repeat(length), { dropout: 0.5 });
  expect(encode(100_000).length).toBeGreaterThan(3 * encode(25_000).length);
  const ratio = await workRatio(
    () => encode(96_000),
    () => encode(6000),
    { below: 80 },
  );
  expect(ratio).toBeLessThan(80); // usually about 16; quadratic time takes 256 times as long
});

test('an invalid dropout or seed is refused', () => {
  expect(() => tokenizer.encode('a', { dropout: 0.5, seed: -1 })).toThrow('encode: seed is -1; it must be');
  expect(() => tokenizer.encode('a', { dropout: 0.5, seed: 0.5 })).toThrow('encode: seed is 0.5; it must be');
  expect(() => tokenizer.encode('a', { dropout: 2 })).toThrow('encode: dropout must be from 0 to 1, it is 2');
  const words = tokenizerFromJson({ model: { type: 'WordLevel', vocab: { '[UNK]': 0 }, unk_token: '[UNK]' } });
  const refusal = 'encode: dropout 0.1 needs a byte-pair encoding; this model has no merges to leave out';
  expect(() => words.encode('a', { dropout: 0.1 })).toThrow(refusal);
  expect(() => loadTokenizer(text, byteLevelComponents).encode('a', { dropout: 0.1 })).toThrow(refusal);
});
