import { ResidualError } from '@residual/base';
import { readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { Tiktoken, type TiktokenBPE } from 'js-tiktoken/lite';
import cl100k from 'js-tiktoken/ranks/cl100k_base';
import o200k from 'js-tiktoken/ranks/o200k_base';
import p50k from 'js-tiktoken/ranks/p50k_base';
import r50k from 'js-tiktoken/ranks/r50k_base';
import { describe, expect, test } from 'vitest';
import { toWellFormed } from '../../text/unicode.js';
import { tokenizerFromJson } from '../json/load.js';
import { saveTokenizer } from '../json/save.js';
import { type TiktokenName, type TiktokenOptions, tiktokenTokenizer } from './index.js';

/** The rank file that another package ships in its own format: a first rank, then the tokens in order. */
const rankFile = ({ bpe_ranks }: TiktokenBPE) =>
  bpe_ranks
    .split('\n')
    .flatMap(line => {
      const [, first, ...tokens] = line.split(' ');
      return tokens.map((token, index) => `${token} ${Number(first) + index}`);
    })
    .join('\n');

const files = { r50k_base: r50k, p50k_base: p50k, cl100k_base: cl100k, o200k_base: o200k };
const tokenizers = new Map(
  Object.entries(files).map(([name, file]) => [name, tiktokenTokenizer(rankFile(file as TiktokenBPE))]),
);
const rows = readFixtureText('tiktoken/ids/three-vocabularies.jsonl')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as { readonly text: string } & Record<string, number[]>);

describe.each(['r50k_base', 'cl100k_base', 'o200k_base'])('%s', name => {
  const tokenizer = tokenizers.get(name)!;

  test('gives the ids of tiktoken and decodes them to the texts', () => {
    for (const { text, [name]: ids } of rows) {
      expect({ text, ids: tokenizer.encode(text).ids }).toEqual({ text, ids });
      expect(tokenizer.decode(ids!)).toBe(text);
    }
    expect(rows.length).toBe(265);
  });

  test('any text is restored, lone surrogates as U+FFFD, and its offsets slice it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), text => {
        const { ids, offsets } = tokenizer.encode(text);
        expect(tokenizer.decode(ids)).toBe(toWellFormed(text));
        for (const [index, [start, end]] of offsets.entries()) {
          const token = tokenizer.decode([ids[index]!]);
          if (!token.includes('\ufffd')) expect(text.slice(start, end)).toBe(token);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the saved tokenizer.json gives the same ids', () => {
    const again = tokenizerFromJson(saveTokenizer(tokenizer));
    for (const { text, [name]: ids } of rows) {
      expect({ text, ids: again.encode(text).ids }).toEqual({ text, ids });
      expect(again.decode(ids!)).toBe(text);
    }
    const parts = fc.constantFrom(
      ' ',
      '  ',
      '\n',
      '\r\n',
      '\t',
      'a',
      'Ab',
      "'S",
      "'ll",
      '12',
      '1234',
      '!',
      '!\n',
      'é',
      '日本',
      '🙂',
      '\u0301',
      '/',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(parts, { maxLength: 20 }).map(list => list.join('')),
    );
    fc.assert(
      fc.property(texts, text => {
        expect(again.encode(text).ids).toEqual(tokenizer.encode(text).ids);
      }),
      { numRuns: 500 },
    );
  });
});

test('p50k_base gives the ids of another library', () => {
  const other = new Tiktoken(p50k as TiktokenBPE);
  for (const { text } of rows.filter(row => row.text.length < 200)) {
    expect(tokenizers.get('p50k_base')!.encode(text).ids).toEqual(other.encode(text, [], []));
  }
});

test('white space at the end of a text is one pre-token if the pattern says so', () => {
  const tokenizer = tokenizers.get('cl100k_base')!;
  expect(tokenizer.encode('a\n  ').wordIds).toEqual([0, 1, 1]);
  expect(tokenizer.encode('a\n  b').wordIds).toEqual([0, 1, 2, 3]);
  expect(tokenizers.get('o200k_base')!.encode('a\n  ').wordIds).toEqual([0, 1, 2]);
});

test('special tokens have the ids of their vocabulary, and are found only on request', () => {
  const tokenizer = tokenizers.get('cl100k_base')!;
  expect(tokenizer.tokenToId('<|fim_prefix|>')).toBe(100258);
  expect(tokenizer.encode('<|endoftext|>').ids).not.toContain(100257);
  expect(tokenizer.decode([64, 100257])).toBe('a');
  expect(tokenizer.decode([64, 100257], { skipSpecialTokens: false })).toBe('a<|endoftext|>');
  const finding = tiktokenTokenizer(rankFile(cl100k as TiktokenBPE), { findSpecialTokens: true });
  expect(finding.encode('a<|endoftext|>').ids).toEqual([64, 100257]);
});

const bytes = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);
const line = (token: string, rank: number) => `${btoa(token)} ${rank}`;
const own = { pattern: '\\S+|\\s+', specialTokens: { '<end>': 999 } };

test('a rank file with any pattern merges pairs by rank, whatever the structure of its tokens', () => {
  // abcd has a lower rank than ab: only ab and cd together make it, and no lower ranks lead to ab or cd.
  const ranks = [...bytes, line('cd', 256), line('abcd', 257), line('ab', 258), line('bc', 259), line('xyz', 260)];
  const tokenizer = tiktokenTokenizer(`${ranks.join('\r\n')}\r\n`, { encoding: own });
  expect(tokenizer.encode('zabcd').ids).toEqual([122, 257]);
  expect(tokenizer.encode('xyz').ids).toEqual([260]); // a whole pre-token becomes its token although no merge makes it
  expect(tokenizer.encode('wxyz').ids).toEqual([119, 120, 121, 122]);
  expect(tokenizer.tokenToId('<end>')).toBe(999);
  const again = tokenizerFromJson(saveTokenizer(tokenizer));
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'abcdxyz é '), maxLength: 40 }), text => {
      expect(again.encode(text).ids).toEqual(tokenizer.encode(text).ids);
    }),
  );
  expect(again.encode('a<end>').ids).toEqual([97, 999]); // special tokens of a tokenizer.json are found
});

const message = (file: string, options?: TiktokenOptions) => {
  try {
    tiktokenTokenizer(file, options);
  } catch (error) {
    return ResidualError.is(error) ? error.message : error;
  }
  return 'no error';
};

test.each([
  ['nothing', [], own, 'tokenizer: the rank file has 0 ranks and none for the single byte 0'],
  [
    'a text',
    ['{"a": 1}'],
    own,
    String.raw`tokenizer: line 1 of the rank file must be base64 and a rank, it is "{\"a\": 1}"`,
  ],
  ['broken base64', ['A 0'], own, 'tokenizer: line 1 of the rank file holds "A", which is not base64'],
  ['a rank twice', ['YQ== 0', 'Yg== 0'], own, 'tokenizer: line 2 of the rank file gives id 0 to both "a" and "b"'],
  [
    'an enormous rank',
    ['YQ== 99999999'],
    own,
    'tokenizer: line 1 of the rank file gives "a" the id 99999999; ids are whole numbers from 0 to 16777215',
  ],
  [
    'a rank out of proportion',
    [...bytes, 'YWE= 9999999'],
    own,
    'tokenizer: a vocabulary of 257 tokens has the id 9999999; ids up to 131071 would fit',
  ],
  ['a byte less', bytes.slice(0, 255), own, 'tokenizer: the rank file has 255 ranks and none for the single byte 255'],
  [
    'no known number of ranks',
    bytes,
    undefined,
    'tokenizer: a rank file of 256 ranks matches none of the known vocabularies (r50k_base, p50k_base, ' +
      'cl100k_base, o200k_base); its encoding must be given',
  ],
  [
    'an unknown name',
    bytes,
    'x100' as TiktokenName,
    'tiktokenTokenizer: encoding "x100" is unknown; known are r50k_base, p50k_base, cl100k_base, o200k_base',
  ],
  [
    'a special token in the place of another',
    bytes,
    { pattern: 'a', specialTokens: { end: 97 } },
    'tokenizer: the special token end has id 97, which the rank file gives to "a"',
  ],
])('%s is an error that says so', (_, lines, encoding, expected) => {
  expect(message(lines.join('\n'), encoding && { encoding })).toBe(expected);
});
