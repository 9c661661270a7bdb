import { readFixture } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import type { Tokenizer } from '../../tokenizer.js';
import { sentencePieceTokenizer } from './index.js';

const unpacked = (path: string) => readFixture(`sentencepiece/${path}`);

const codePoints = (text: string) => [...text].length;

interface Encoded {
  readonly ids: readonly number[];
  readonly pieces: readonly string[];
}

const published = ['albert', 'test_ja_model.unigram', 'test_model.unigram1k'];
const own = ['bpe-bytefallback', 'unigram-nmt-nfkc', 'unigram-bytefallback-cf'];
const sixModels = unpacked('own/six-models.jsonl')
  .toString()
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as { readonly text: string } & Record<string, Encoded>);

test.each([...published, ...own])('%s gives the ids and pieces of the SentencePiece library', name => {
  const folder = published.includes(name) ? 'published' : 'own';
  const tokenizer = sentencePieceTokenizer(unpacked(`${folder}/${name}.model`));
  for (const { text, [name]: expected } of sixModels) {
    const { ids, tokens } = tokenizer.encode(text);
    expect({ text, ids, pieces: tokens }).toEqual({ text, ...expected });
  }
  expect(sixModels.length).toBe(262);
});

interface Variants {
  readonly texts: readonly string[];
  readonly models: Readonly<
    Record<
      string,
      {
        /** Ids, pieces, offsets in code points, and the decoded text, for each of the texts. */
        readonly encoded: readonly (readonly [number[], string[], [number, number][], string])[];
        readonly decoded: readonly (readonly [ids: number[], text: string])[];
      }
    >
  >;
}

const { texts, models } = JSON.parse(unpacked('own/variants.json').toString()) as Variants;

const streamed = (tokenizer: Tokenizer, ids: readonly number[]) => {
  const stream = tokenizer.decodeStream();
  return ids.map(id => stream.push(id)).join('') + stream.flush();
};

describe.each(Object.keys(models))('%s', name => {
  const tokenizer = sentencePieceTokenizer(unpacked(`own/${name}.model`));
  const { encoded, decoded } = models[name]!;

  test('has the ids, pieces, offsets and texts of the SentencePiece library', () => {
    for (const [index, text] of texts.entries()) {
      const [ids, pieces, offsets, back] = encoded[index]!;
      const encoding = tokenizer.encode(text);
      expect({
        text,
        ids: encoding.ids,
        pieces: encoding.tokens,
        offsets: encoding.codePointOffsets,
        back: tokenizer.decode(ids),
      }).toEqual({ text, ids, pieces, offsets, back });
    }
  });

  test('any ids have the text of the library, decoded at once and as a stream', () => {
    for (const [ids, text] of decoded) {
      expect([ids, tokenizer.decode(ids), streamed(tokenizer, ids)]).toEqual([ids, text, text]);
    }
  });

  test('the offsets of the pieces are consecutive and within the text', () => {
    for (const text of texts) {
      let last = 0;
      for (const [start, end] of tokenizer.encode(text).codePointOffsets) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(codePoints(text));
        last = end;
      }
    }
  });
});

test('control symbols have ids and are special, and are not found in a text', () => {
  const tokenizer = sentencePieceTokenizer(unpacked('own/unigram-symbols.model'));
  const id = tokenizer.tokenToId('<ctl>')!;
  expect([tokenizer.isSpecial(id), tokenizer.idToToken(id)]).toEqual([true, '<ctl>']);
  expect(tokenizer.encode('<ctl>').ids).not.toContain(id);
  expect(tokenizer.decode([id])).toBe('');
  expect(tokenizer.decode([id], { skipSpecialTokens: false })).toBe('<ctl>');
  expect([tokenizer.bosTokenId, tokenizer.eosTokenId, tokenizer.padTokenId, tokenizer.unkTokenId]).toEqual([
    1,
    2,
    undefined,
    0,
  ]);
});

test('the special tokens are those that the file names', () => {
  const tokenizer = sentencePieceTokenizer(unpacked('own/unigram-other-ids.model'));
  expect([tokenizer.bosTokenId, tokenizer.eosTokenId, tokenizer.padTokenId, tokenizer.unkTokenId]).toEqual([
    5, 4, 0, 3,
  ]);
  expect(tokenizer.idToToken(5)).toBe('[CLS]');
});
