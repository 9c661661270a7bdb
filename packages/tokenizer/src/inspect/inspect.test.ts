import { readFixtureText } from '@residual/testkit/read-fixture';
import { expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { tiktokenTokenizer } from '../formats/tiktoken/tiktoken-tokenizer.js';
import { toByteAlphabet } from '../text/byte-alphabet.js';
import type { Tokenizer } from '../tokenizer.js';
import { trainTokenizer } from '../training/train-tokenizer.js';
import { type MergedWord, mergeInspector } from './merges.js';
import { segmentations } from './segmentations.js';

const fixture = (name: string) => tokenizerFromJson(readFixtureText(`tokenizers/${name}/tokenizer.json`));
const texts = ['The quick brown foxes', ' naïve 👩‍👩‍👧 fünf  ', 'aaaaaaa 1234567 हिन्दी', 'x'.repeat(90), ''];

/** The ids that the merges of a word lead to. */
function replay({ symbols, merges }: MergedWord): number[] {
  const ids = [...symbols];
  for (const { index, left, right, token } of merges) {
    expect([ids[index], ids[index + 1]]).toEqual([left, right]);
    ids.splice(index, 2, token);
  }
  return ids;
}

const idsOf = (tokenizer: Tokenizer, text: string) => tokenizer.encode(text, { addSpecialTokens: false }).ids;

test.each(['bpe-gpt2', 'bpe-llama2', 'bpe-llama3', 'bpe-clip'])('the merges of %s lead to the ids of encode', name => {
  const tokenizer = fixture(name);
  const inspector = mergeInspector(tokenizer)!;
  for (const text of texts) {
    const words = inspector.words(text);
    expect(words.flatMap(replay)).toEqual(idsOf(tokenizer, text));
    for (const { symbols, lengths, merges } of words) {
      expect(lengths.length).toBe(symbols.length);
      expect(merges.every(({ number }) => number >= 1 && number <= inspector.count)).toBe(true);
    }
  }
});

test('a word starts as its bytes, and its merges have the order in which they were learned', async () => {
  const tokenizer = await trainTokenizer(['low low low lower lowest'], { kind: 'byte-level-bpe', vocabSize: 262 });
  const inspector = mergeInspector(tokenizer)!;
  expect(inspector.count).toBe(5);
  const [word] = inspector.words('lowé');
  const names = (ids: readonly number[]) => ids.map(id => tokenizer.idToToken(id));
  expect(names(word!.symbols)).toEqual(['l', 'o', 'w', 'Ã', '©']);
  expect(word!.lengths).toEqual([1, 1, 1, 1, 1]);
  expect(word!.text).toBe('lowé');
  expect(word!.merges.map(({ index, token, number }) => [index, tokenizer.idToToken(token), number])).toEqual([
    [0, 'lo', 1],
    [0, 'low', 2],
  ]);
});

test('merges that ranks imply are numbered without the bytes before them', () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const file = [...bytes, 'th', 'the'].map((token, rank) => `${btoa(token)} ${rank}`).join('\n');
  const tokenizer = tiktokenTokenizer(file, { encoding: { pattern: '\\w+|\\W', specialTokens: {} } });
  const inspector = mergeInspector(tokenizer)!;
  expect(inspector.count).toBe(2);
  expect(inspector.words('then')[0]!.merges.map(({ number, token }) => [number, token])).toEqual([
    [1, 256],
    [2, 257],
  ]);
});

test('a word that is taken as a whole although its merges lead elsewhere is one symbol', () => {
  const vocab = Object.fromEntries(['a', 'b', 'c', 'bc', 'abc'].map((token, id) => [token, id]));
  const model = { type: 'BPE', vocab, merges: [['b', 'c']], ignore_merges: true };
  const words = mergeInspector(tokenizerFromJson({ model }))!.words('abc');
  expect(words).toEqual([{ text: 'abc', symbols: [4], lengths: [3], merges: [] }]);
});

test('a tokenizer of another kind has no merges, or no scores', () => {
  expect(mergeInspector(fixture('unigram-t5'))).toBeUndefined();
  expect(mergeInspector(fixture('wordpiece-bert'))).toBeUndefined();
  expect(segmentations(fixture('bpe-gpt2'), 'a', 2)).toBeUndefined();
});

test.each(['unigram-t5', 'real-unigram-nmt-nfkc'])('the best segmentation of %s is that of encode', name => {
  const tokenizer = fixture(name);
  for (const text of texts)
    expect(segmentations(tokenizer, text, 3)!.flatMap(word => word.segmentations[0]!.ids)).toEqual(
      idsOf(tokenizer, text),
    );
});

test('segmentations come in the order of their probabilities, with the span and score of each token', () => {
  const vocab = Object.entries({ '?': 0, a: -3, b: -2, ab: -4, ba: -4.5 });
  const tokenizer = tokenizerFromJson({ model: { type: 'Unigram', unk_id: 0, vocab } });
  const [word] = segmentations(tokenizer, 'abaé', 2)!;
  const unknown = -4.5 - 10;
  expect(word).toEqual({
    text: 'abaé',
    segmentations: [
      {
        ids: [3, 1, 0],
        spans: [
          [0, 2],
          [2, 3],
          [3, 4],
        ],
        scores: [-4, -3, unknown],
        score: -7 + unknown,
      },
      {
        ids: [1, 4, 0],
        spans: [
          [0, 1],
          [1, 3],
          [3, 4],
        ],
        scores: [-3, -4.5, unknown],
        score: -7.5 + unknown,
      },
    ],
  });
  expect(segmentations(tokenizer, 'éé', 2)![0]!.segmentations).toEqual([
    { ids: [0], spans: [[0, 2]], scores: [2 * unknown], score: 2 * unknown },
  ]);
});

test('onMerge reports each merge with its count and the tokenizer so far, and training waits for it', async () => {
  const reported: string[] = [];
  let isOpen = false;
  const texts = ['low low low lower lowest'];
  const trained = await trainTokenizer(texts, {
    kind: 'byte-level-bpe',
    vocabSize: 260,
    onMerge: async ({ left, right, token, count, vocabSize, tokenizer }) => {
      expect(isOpen).toBe(false);
      isOpen = true;
      await Promise.resolve();
      const { tokens } = tokenizer().encode('low');
      reported.push(`${left}+${right}=${token} ${count} ${vocabSize} ${tokens.join(' ')}`);
      isOpen = false;
    },
  });
  expect(reported).toEqual(['l+o=lo 5 258 lo w', 'lo+w=low 5 259 low', `${toByteAlphabet(' ')}+low=Ġlow 4 260 low`]);
  expect(trained.vocabSize).toBe(260);
});

test('an abort in onMerge ends the training', async () => {
  const abort = new AbortController();
  const work = trainTokenizer(['low low'], {
    kind: 'bpe',
    vocabSize: 100,
    signal: abort.signal,
    onMerge: () => abort.abort(new Error('enough')),
  });
  await expect(work).rejects.toThrow('enough');
});
