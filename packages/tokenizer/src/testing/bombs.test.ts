import { runBombs } from '@residual/testkit/bombs';
import { expect, test } from 'vitest';

const bombs = new URL('./bombs.ts', import.meta.url);

test('crafted files are read or refused fast', async () => {
  const { results, defects } = await runBombs(bombs, { only: ['crafted'], seconds: 2 });
  expect(defects).toEqual([]);
  const messages = Object.fromEntries(results.map(({ name, message }) => [name, message]));
  expect(messages).toMatchObject({
    'unterminated escapes': expect.stringMatching(/^tokenizer: tokenizer.json is not JSON: /),
    'an atomic group of many':
      'tokenizer: pre_tokenizer.pattern.Regex: 1000000000 times, of which at most 100000 can be counted, in the ' +
      'regular expression (?>a{0,1000000000})',
    'groups in groups': expect.stringContaining('more than 250 groups and classes inside one another in the regular'),
    'a long expression': expect.stringContaining(
      '200000 characters, of which at most 10000 can be read, in the regular',
    ),
    'many sets of states': expect.stringMatching(
      /^encode: the regular expression .* takes too long in a text of 100000 /,
    ),
    'padding to many': 'tokenizer: padding.strategy.Fixed must be a whole number from 0 to 1048576, it is 2000000000',
    'padding to a multiple of many':
      'tokenizer: padding.pad_to_multiple_of must be a whole number from 0 to 1048576, it is 2000000000',
    'windows that overlap': expect.stringMatching(
      /^encode: windows of 5000 tokens with a stride of 4999 hold \d+ tokens/,
    ),
    'a normalizer that doubles': 'tokenizer: normalizers make 131072 characters of a text; 65568 would fit',
    'a decoder that doubles': 'tokenizer: decoders make 131072 characters of a text; 65600 would fit',
    'many parts': 'tokenizer: normalizer has more than 1000 parts',
    'many tokens around a text': 'tokenizer: post_processor.single has 100000 items; 100 would fit',
    'a long added token': 'tokenizer: an added token of 1000000 characters cannot be looked for; 1000 would fit',
  });
});

test.each(['tokenizerJson', 'folders', 'sentencePiece', 'tiktoken'])('hostile variants: %s', async target => {
  const { results, defects } = await runBombs(bombs, { only: [target] });
  expect(defects).toEqual([]);
  expect(results.length).toBeGreaterThan(5);
});

test.each(['templateText', 'templateConfig'])('hostile chat templates: %s', async target => {
  const { results, defects } = await runBombs(new URL('./template-bombs.ts', import.meta.url), {
    only: [target],
    seconds: 2,
  });
  expect(defects).toEqual([]);
  expect(results.length).toBeGreaterThan(20);
});
