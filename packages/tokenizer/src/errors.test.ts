import { ResidualError } from '@residual/base';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from './formats/json/load.js';

/** A small but complete tokenizer file with some parts replaced. */
const file = (changes: object = {}, model: object = {}) => ({
  model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']], ...model },
  ...changes,
});

const nested = Array.from({ length: 3000 }).reduce<object>(inner => ({ type: 'Sequence', normalizers: [inner] }), {
  type: 'NFC',
});

const message = (json: object | string) => {
  try {
    tokenizerFromJson(json);
  } catch (error) {
    return ResidualError.is(error) ? `${error.code} ${error.message}` : error;
  }
  return 'no error';
};

describe('the error for a file that cannot be read says why', () => {
  test.each([
    ['not JSON', '{', /^file tokenizer: tokenizer\.json is not JSON: /],
    ['an array', [], 'file tokenizer: tokenizer.json must be an object, it is an array'],
  ])('%s', (_, json, expected) => {
    if (typeof expected === 'string') expect(message(json)).toBe(expected);
    else expect(message(json)).toMatch(expected);
  });

  test.each([
    ['another version', { version: '2.0' }, {}, 'version is "2.0"; only "1.0" can be read'],
    ['a version that is a number', { version: 1 }, {}, 'version is 1; only "1.0" can be read'],
    ['sequences without end', { normalizer: nested }, {}, 'normalizer has more than 32 sequences inside one another'],
    [
      'pieces of no length',
      { pre_tokenizer: { type: 'FixedLength', length: 0 } },
      {},
      'pre_tokenizer.length is 0; pieces have 1 character or more',
    ],
    ['no model', { model: undefined }, {}, 'model must be an object, it is missing'],
    ['an unknown model', {}, { type: 'Magic' }, /^model type "Magic" is unknown; known are BPE/],
    [
      'an unknown normalizer',
      { normalizer: { type: 'X' } },
      {},
      /^normalizer type "X" is unknown; known are .*Lowercase/,
    ],
    ['a type from Object', { decoder: { type: 'toString' } }, {}, /^decoder type "toString" is unknown; known are /],
    [
      'a nested unknown',
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Y' }] } },
      {},
      /^pre_tokenizer type "Y"/,
    ],
    ['a normalizer of no kind', { normalizer: {} }, {}, 'normalizer.type must be a string, it is missing'],
    [
      'a vocabulary that is a list',
      {},
      { vocab: ['a'] },
      'model.vocab must be an object of token to id, it is an array',
    ],
    [
      'an id out of range',
      {},
      { vocab: { a: -1 } },
      'model.vocab gives "a" the id -1; ids are whole numbers from 0 to 16777215',
    ],
    [
      'an enormous id',
      {},
      { vocab: { a: 2 ** 31 } },
      'model.vocab gives "a" the id 2147483648; ids are whole numbers from 0 to 16777215',
    ],
    [
      'an id that is text',
      {},
      { vocab: { a: '1' } },
      'model.vocab gives "a" the id 1; ids are whole numbers from 0 to 16777215',
    ],
    ['an id given twice', {}, { vocab: { a: 1, b: 1 } }, 'model.vocab gives id 1 to both "a" and "b"'],
    ['a merge of the unknown', {}, { merges: ['a c'] }, 'model.merges[0] names "c", which is not in model.vocab'],
    ['a merge to the unknown', {}, { merges: [['b', 'a']] }, 'model.merges[0] names "ba", which is not in model.vocab'],
    ['a merge of three', {}, { merges: ['a b c'] }, 'model.merges[0] must be a pair of tokens, it is "a b c"'],
    ['a merge that is a number', {}, { merges: [7] }, 'model.merges[0] must be a pair of tokens, it is 7'],
    ['merges that are text', {}, { merges: 'a b' }, 'model.merges must be an array, it is a string'],
    [
      'an unknown token not in the vocabulary',
      {},
      { unk_token: '<unk>' },
      'model.unk_token "<unk>" is not in model.vocab',
    ],
    ['dropout', {}, { dropout: 1.5 }, 'model.dropout must be a number from 0 to 1, it is 1.5'],
    [
      'an added token on a taken id',
      { added_tokens: [{ id: 1, content: '<s>' }] },
      {},
      'added_tokens[0].id gives id 1 to "<s>", it belongs to "b"',
    ],
    [
      'an added token without content',
      { added_tokens: [{ id: 9 }] },
      {},
      'added_tokens[0].content must be a string, it is missing',
    ],
    [
      'a template with a token that it does not define',
      {
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '<s>', type_id: 0 } }],
          special_tokens: {},
        },
      },
      {},
      'post_processor.single[0].SpecialToken.id "<s>" is not in post_processor.special_tokens',
    ],
    [
      'a split that behaves oddly',
      { pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'Odd' } },
      {},
      'pre_tokenizer.behavior is "Odd"; it can be Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous',
    ],
    [
      'a regular expression beyond JavaScript',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: 'a(?~b)' }, behavior: 'Isolated' } },
      {},
      'pre_tokenizer.pattern.Regex: "(?~b" cannot be translated in the regular expression a(?~b)',
    ],
  ])('%s', (_, changes, model, expected) => {
    const output = message(file(changes, model));
    if (typeof expected === 'string') expect(output).toBe(`file tokenizer: ${expected}`);
    else expect(String(output).replace('file tokenizer: ', '')).toMatch(expected);
  });
});

test('a text that is not a string is named', () => {
  const tokenizer = tokenizerFromJson(file());
  expect(() => tokenizer.encode(7 as unknown as string)).toThrow('encode: text must be a string, it is a number');
  expect(() => tokenizer.count(null as unknown as string)).toThrow('count: text must be a string, it is null');
});

test.each<[wrong: object, output: string]>([
  [
    { truncation: { maxLength: 2, strategy: 'both' } },
    'truncation.strategy must be longest-first or only-first or only-second, it is both',
  ],
  [{ truncation: { maxLength: 2, direction: 'up' } }, 'truncation.direction must be left or right, it is up'],
  [{ truncation: { maxLength: -1 } }, 'truncation.maxLength must be a whole number from 0, it is -1'],
  [{ padding: { length: 3, direction: 'up' } }, 'padding.direction must be left or right, it is up'],
  [{ padding: { length: 3, id: -1 } }, 'padding.id must be a whole number from 0, it is -1'],
  [{ padding: { length: 3, typeId: 0.5 } }, 'padding.typeId must be a whole number from 0, it is 0.5'],
])('%j is refused', (wrong, output) => {
  expect(() => tokenizerFromJson(file()).encode('ab', wrong)).toThrow(`encode: ${output}`);
});

test('errors name what is not a batch or not ids', () => {
  const tokenizer = tokenizerFromJson(file());
  const batch = (texts: unknown) => () => tokenizer.encodeBatch(texts as string[]);
  expect(batch('ab')).toThrow('encodeBatch: texts must be an array, they are a string');
  expect(batch(['a', ['a', 'b', 'a']])).toThrow('encodeBatch: an entry is a text or a pair of texts, entry 1 holds 3');
  const decoded = (ids: unknown) => () => tokenizer.decode(ids as number[]);
  expect(decoded('12')).toThrow('decode: ids must be a list of numbers, they are a string');
  expect(decoded(undefined)).toThrow('decode: ids must be a list of numbers, they are ');
  expect(() => tokenizer.count('a', -1)).toThrow('count: limit must be a number from 0, it is -1');
});

test('a byte order mark at the start of a file is ignored', () => {
  expect(tokenizerFromJson(`\ufeff${JSON.stringify(file())}`).encode('ab').ids).toEqual([2]);
});
