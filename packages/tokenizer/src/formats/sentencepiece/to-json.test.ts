import { readdirSync } from 'node:fs';
import { readFixture } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeModelProto } from '../../testing/model-bytes.js';
import { NormalizedString } from '../../text/normalized-string.js';
import type { Tokenizer } from '../../tokenizer.js';
import { tokenizerFromJson } from '../json/load.js';
import { saveTokenizer } from '../json/save.js';
import { sentencePieceTokenizer } from './index.js';

const folder = new URL('../../../../../fixtures/sentencepiece/', import.meta.url);
const read = (path: string) => sentencePieceTokenizer(readFixture(`sentencepiece/${path}.model`));
const names = ['own', 'published'].flatMap(place =>
  readdirSync(new URL(`${place}/`, folder))
    .filter(file => file.endsWith('.model.br'))
    .map(file => `${place}/${file.replace('.model.br', '')}`),
);

/** Texts without the names of special and byte pieces, which every reader of tokenizer.json finds in texts. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        ' ',
        '  ',
        'the',
        ' The',
        'miller',
        's ',
        'é',
        'e\u0301',
        '12',
        '.\n',
        '\t',
        '日本',
        'ﬁ',
        '①',
        'ア',
        '<sep>',
        '🙂',
        'aaa',
        '▁',
        '▁▁',
        ' '.repeat(300),
        '▁'.repeat(300),
      ),
      { maxLength: 14 },
    )
    .map(parts => parts.join('')),
);
const normalized = ({ parts }: Tokenizer, given: string) => {
  const text = new NormalizedString(given, false);
  parts.normalizer?.(text);
  return text.text;
};
const special = /<\/?[a-z]+>|<0x|\[[A-Z]+\]/;

const refused: Readonly<Record<string, string>> = {
  'own/bpe-across-words-symbols': 'with user-defined symbols that hold spaces',
  'own/bpe-suffix': 'with treat_whitespace_as_suffix',
  'own/bpe-symbols': 'with user-defined symbols, of type BPE, that adds or removes spaces',
  'own/char-symbols': 'of type char',
  'own/unigram-bytefallback-cf': 'with treat_whitespace_as_suffix',
  'own/unigram-denormalizer': 'with a denormalizer',
  'own/unigram-suffix': 'with treat_whitespace_as_suffix',
  'own/word': 'of type word',
};

/** Long runs and mixtures: many of their segmentations are equally probable. */
const runs = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('a', 'b', 'e', 'in', 'th', '-', '7', '１', 'é', '日', 'A', '.', ' ', 'ing'), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.array(fc.nat(2), { minLength: 50, maxLength: 200 }),
  )
  .map(([units, order]) => order.map(index => units[index % units.length]).join(''));

describe.each(names.filter(name => !Object.hasOwn(refused, name)))('%s', name => {
  const tokenizer = read(name);
  const again = tokenizerFromJson(saveTokenizer(tokenizer));

  test('the saved file encodes and decodes texts in the same way', () => {
    let same = 0;
    fc.assert(
      fc.property(fc.oneof(texts, runs), text => {
        if (special.test(text) || normalized(tokenizer, text) !== normalized(again, text)) return;
        const { ids } = tokenizer.encode(text);
        expect(again.encode(text).ids).toEqual(ids);
        expect(again.decode(ids)).toBe(tokenizer.decode(ids));
        same++;
      }),
      { numRuns: 250 },
    );
    expect(same).toBeGreaterThan(180);
  });

  test.each(['a'.repeat(300), '7'.repeat(400), '1234567890'.repeat(40), 'ab'.repeat(200)])('also %.12s...', text => {
    expect(again.encode(text).ids).toEqual(tokenizer.encode(text).ids);
  });

  test('the saved file is saved again unchanged', () => {
    expect(saveTokenizer(again)).toBe(saveTokenizer(tokenizer));
  });
});

test.each(Object.entries(refused))('%s cannot be saved, and the error says why', (name, reason) => {
  expect(() => saveTokenizer(read(name))).toThrow(
    `tokenizer: a SentencePiece model ${reason} cannot be saved; tokenizer.json cannot express it`,
  );
});

test("a user-defined symbol below all pieces cannot be saved: it would lower unknown characters' score", () => {
  const symbol = ['x', 0, 4] as const;
  const pieces = [['<unk>', 0, 2], ['▁', 5], ['a', 5], symbol] as const;
  expect(() => saveTokenizer(sentencePieceTokenizer(encodeModelProto({ pieces })))).toThrow(
    'tokenizer: a SentencePiece model with user-defined symbols of lower scores than all pieces cannot be saved; ' +
      'tokenizer.json cannot express it',
  );
});

test('control pieces of a model with scores above 0 do not raise the score of unknown characters', () => {
  const pieces = [
    ['<unk>', 0, 2],
    ['<s>', 0, 3],
    ['▁', 12],
    ['a', 11],
    ['xy', 3],
  ] as const;
  const tokenizer = sentencePieceTokenizer(encodeModelProto({ pieces }));
  const again = tokenizerFromJson(saveTokenizer(tokenizer));
  for (const text of ['axy', 'xyx a', 'aax']) expect(again.encode(text).ids).toEqual(tokenizer.encode(text).ids);
});

/** Characters in the order of their scores, then the results of their merges. */
const letters = ['▁', 'a', 'b', '\n'].map((piece, index) => [piece, -100 - index] as const);
const merged = ['▁▁', 'ab', 'aa', 'aba', '▁a'].map((piece, index) => [piece, -index] as const);
const unknown = ['<unk>', 0, 2] as const;

test('symbols of a BPE that leaves spaces unchanged are found before anything merges, as in the saved file', () => {
  const symbols = [
    ['▁▁▁', 0, 4],
    ['\n\n', 0, 4],
    ['<m>', 0, 4],
    ['ba', 0, 4],
  ] as const;
  const bytes = encodeModelProto({
    pieces: [unknown, ['<s>', 0, 3], ...symbols, ...merged, ...letters],
    isBpe: true,
    addDummyPrefix: false,
    removeExtraWhitespaces: false,
  });
  const tokenizer = sentencePieceTokenizer(bytes);
  const again = tokenizerFromJson(saveTokenizer(tokenizer));
  const parts = fc.constantFrom('a', 'b', 'ba', ' ', '   ', '▁', '\n', '\n\n', '<m>', '<', 'x');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 20 }), given => {
      const text = given.join('');
      const { ids } = tokenizer.encode(text);
      expect(again.encode(text).ids).toEqual(ids);
      expect(again.decode(ids)).toBe(tokenizer.decode(ids));
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [
    'merges of one score',
    [unknown, ['ab', -1], ['ba', -1], ...letters],
    'the SentencePiece pieces "ab" and "ba" have one score; tokenizer.json puts all merges in an order',
  ],
  [
    'merges of texts that are not pieces',
    [unknown, ['ax', -1], ...letters],
    'the SentencePiece piece "ax" is made of texts that are not pieces; tokenizer.json has no such merges',
  ],
] as const)('%s cannot be saved', (_, pieces, message) => {
  const tokenizer = sentencePieceTokenizer(encodeModelProto({ pieces, isBpe: true }));
  expect(() => saveTokenizer(tokenizer)).toThrow(`tokenizer: ${message}`);
});
