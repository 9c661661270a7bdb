import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { byteLevelTokenizer } from './byte-level-tokenizer.js';

const read = (name: string) => readFixtureText(`tokenizers/${name}/tokenizer.json`);

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }).map(units => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('<|endoftext|>', '<|begin_of_text|>', ' the', 'The', ' ', "'s", '12', '\n', 'é', '日本'), {
      maxLength: 12,
    })
    .map(parts => parts.join('')),
);

describe.each(['bpe-gpt2', 'bpe-llama3'])('%s', name => {
  const small = byteLevelTokenizer(read(name));
  const whole = tokenizerFromJson(read(name));

  test('gives the ids and texts of the main entry point', () => {
    fc.assert(
      fc.property(texts, fc.boolean(), (text, special) => {
        const { ids } = whole.encode(text, { addSpecialTokens: special });
        expect(small.encode(text, { addSpecialTokens: special })).toEqual(ids);
        const options = { skipSpecialTokens: special };
        expect(small.decode(ids, options)).toBe(whole.decode(ids, options));
      }),
      { numRuns: 500 },
    );
  });
});

test('its bundle is at most 12.4 kB gzipped', async () => {
  const contents = "export { byteLevelTokenizer } from './index.js';";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    conditions: ['@residual/source'],
    minify: true,
    format: 'esm',
    write: false,
  });
  expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(12_400);
});

const file = JSON.parse(read('bpe-gpt2'));
test.each([
  [
    { model: { ...file.model, end_of_word_suffix: '</w>' } },
    'tokenizer: model is not a plain byte-level BPE; tokenizerFromJson may read it',
  ],
  [{ model: { ...file.model, type: 'Unigram' } }, 'tokenizer: model.type is "Unigram"; it can be BPE'],
  [{ normalizer: { type: 'Lowercase' } }, 'tokenizer: normalizer.type is "Lowercase"; it can be NFC'],
  [{ decoder: { type: 'Fuse' } }, 'tokenizer: decoder.type is "Fuse"; it can be ByteLevel'],
  [
    { pre_tokenizer: null },
    'tokenizer: pre_tokenizer does more than split by a known pattern; tokenizerFromJson may read it',
  ],
  [
    { pre_tokenizer: { type: 'Split', pattern: { Regex: 'x' }, behavior: 'Isolated' } },
    'tokenizer: pre_tokenizer.pattern is not a known pattern; tokenizerFromJson reads it',
  ],
])('another kind of file is an error that says so', (change, message) => {
  expect(() => byteLevelTokenizer({ ...file, ...change })).toThrow(message);
});

test('a text is normalized to NFC first if the file asks for it', () => {
  const composed = byteLevelTokenizer({ ...file, normalizer: { type: 'NFC' } });
  expect(composed.encode('e\u0301')).toEqual(byteLevelTokenizer(file).encode('é'));
});
