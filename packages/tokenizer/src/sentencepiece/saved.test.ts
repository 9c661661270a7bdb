import { readdirSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AlignedText } from '../aligned-text.js';
import { tokenizerFromJson } from '../load.js';
import { saveTokenizer } from '../saving/save.js';
import { modelBytes } from '../testing/model-bytes.js';
import type { Tokenizer } from '../tokenizer.js';
import { sentencePieceTokenizer } from './index.js';

const folder = new URL('../../../../fixtures/sentencepiece/', import.meta.url);
const read = (path: string) =>
  sentencePieceTokenizer(brotliDecompressSync(readFileSync(new URL(`${path}.model.br`, folder))));
const names = ['own', 'published'].flatMap(place =>
  readdirSync(new URL(`${place}/`, folder))
    .filter(file => file.endsWith('.model.br'))
    .map(file => `${place}/${file.replace('.model.br', '')}`),
);

/** Texts without the names of special and byte pieces, which every reader of tokenizer.json finds in them. */
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
      ),
      { maxLength: 14 },
    )
    .map(parts => parts.join('')),
);
const normalized = ({ parts }: Tokenizer, given: string) => {
  const text = new AlignedText(given, false);
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

/** Log-probabilities of all tokens; 0 where there are none. */
const scoreOf = ({ parts }: Tokenizer, ids: readonly number[]) =>
  ids.reduce((sum, id) => sum + (parts.model.scores?.[id] ?? 0), 0);

describe.each(names.filter(name => !Object.hasOwn(refused, name)))('%s', name => {
  const tokenizer = read(name);
  const again = tokenizerFromJson(saveTokenizer(tokenizer));

  test('saved and read again it cuts texts alike and gives them back alike', () => {
    const seen = { same: 0, normalizedOtherwise: 0, tied: 0 };
    fc.assert(
      fc.property(texts, text => {
        if (special.test(text)) return;
        if (normalized(tokenizer, text) !== normalized(again, text)) return void seen.normalizedOtherwise++;
        const [{ ids }, { ids: others }] = [tokenizer.encode(text), again.encode(text)];
        expect(again.decode(ids)).toBe(tokenizer.decode(ids));
        if (String(ids) === String(others)) return void seen.same++;
        expect(scoreOf(again, ids)).not.toBe(0);
        expect(scoreOf(again, ids)).toBeCloseTo(scoreOf(again, others), 3); // float32 decides there, float64 here
        seen.tied++;
      }),
      { numRuns: 250 },
    );
    expect(seen.same).toBeGreaterThan(180);
    expect(seen.tied).toBeLessThan(10);
  });

  test('the saved file is written again as it is', () => {
    expect(saveTokenizer(again)).toBe(saveTokenizer(tokenizer));
  });
});

test.each(Object.entries(refused))('%s cannot be saved, and is told why', (name, reason) => {
  expect(() => saveTokenizer(read(name))).toThrow(
    `tokenizer: a SentencePiece model ${reason} cannot be saved, tokenizer.json has no words for it`,
  );
});

/** Characters in the order of their scores, then what they merge to. */
const letters = ['▁', 'a', 'b', '\n'].map((piece, index) => [piece, -100 - index] as const);
const merged = ['▁▁', 'ab', 'aa', 'aba', '▁a'].map((piece, index) => [piece, -index] as const);
const unknown = ['<unk>', 0, 2] as const;

test('symbols of a BPE that leaves spaces alone are found before anything merges, as in the saved file', () => {
  const symbols = [
    ['▁▁▁', 0, 4],
    ['\n\n', 0, 4],
    ['<m>', 0, 4],
    ['ba', 0, 4],
  ] as const;
  const bytes = modelBytes({
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
    'merges of what is no piece',
    [unknown, ['ax', -1], ...letters],
    'the SentencePiece piece "ax" is made of what is no piece; tokenizer.json has no such merges',
  ],
] as const)('%s cannot be saved', (_, pieces, said) => {
  const tokenizer = sentencePieceTokenizer(modelBytes({ pieces, isBpe: true }));
  expect(() => saveTokenizer(tokenizer)).toThrow(`tokenizer: ${said}`);
});
