import '@residual/testkit/wasm';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { memoryUsage } from '@residual/tensor';
import { repositoryFile } from '@residual/testkit';
import { nearest, vectorTable } from '@residual/word-vectors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel, type Model } from '../index.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { splitPassages } from './passages.js';

interface Golden {
  readonly sentences: readonly { readonly text?: string; readonly repeat?: readonly [string, number] }[];
  readonly search: {
    readonly documents: readonly string[];
    readonly queries: readonly { readonly query: string; readonly best: number; readonly scores: readonly number[] }[];
  };
}

const dims = 384;
let golden: Golden;
let expected: Float32Array;
let packed: Model;
let texts: readonly string[];
beforeAll(async () => {
  const files = fixtureFiles('fixtures/models/minilm');
  golden = JSON.parse((await files.text('golden.json', {}))!);
  const stored = await openSafetensors(bytesSource(await repositoryFile('fixtures/models/minilm/golden.safetensors')));
  expected = (await stored.readFloat32('embeddings')).data;
  texts = golden.sentences.map(({ text, repeat }) => text ?? repeat![0].repeat(repeat![1]));
  packed = await loadModel(fixtureFiles('packages/model-minilm/model'));
});
afterAll(() => packed.dispose());

const largestDifference = (vectors: readonly Float32Array[]) =>
  Math.max(...vectors.flatMap((vector, i) => Array.from(vector, (x, k) => Math.abs(x - expected[i * dims + k]!))));

test('embeddings in 8 bits are those of the reference, alone and in batches, cut where the files say', async () => {
  const batched = await packed.embedBatch(texts);
  expect(largestDifference(batched)).toBeLessThan(1e-4);
  const alone = await packed.embed(texts[3]!);
  expect(Math.max(...alone.map((x, k) => Math.abs(x - batched[3]![k]!)))).toBeLessThan(1e-5);
  expect(Math.hypot(...alone)).toBeCloseTo(1, 6);
});

test('unpacked weights give the embeddings of the reference', async () => {
  const model = await loadModel(fixtureFiles('packages/model-minilm/model'), { weights: 'f32' });
  expect(largestDifference(await model.embedBatch(texts))).toBeLessThan(1e-5);
  model.dispose();
});

test('questions find the documents that the reference finds, with its scores', async () => {
  const { documents, queries } = golden.search;
  const rows = await packed.embedBatch(documents);
  const table = vectorTable({
    words: documents.map((_, i) => `${i}`),
    data: Float32Array.from(rows.flatMap(row => [...row])),
  });
  for (const { query, best, scores } of queries) {
    const [found] = nearest(table, await packed.embed(query), { topN: 1 });
    expect(found!.word).toBe(`${best}`);
    expect(Math.abs(found!.similarity - scores[best]!)).toBeLessThan(1e-4);
  }
});

test('options replace what the files say', async () => {
  const before = memoryUsage();
  const long = await packed.embed('word '.repeat(300), { maxTokens: 12 });
  expect(long).toEqual(await packed.embed('word '.repeat(10)));
  const [raw, first] = [
    await packed.embed('A cat.', { normalize: false }),
    await packed.embed('A cat.', { dimensions: 8 }),
  ];
  const length = Math.hypot(...raw.subarray(0, 8));
  expect(first).toHaveLength(8);
  for (const [k, x] of first.entries()) expect(x).toBeCloseTo(raw[k]! / length, 5);
  const ids = packed.tokenizer!.encode('A cat.').ids;
  expect(await packed.embed(ids, { normalize: false })).toEqual(raw);
  await expect(packed.embed('A cat.', { prompt: 'query' })).rejects.toThrow(
    'embed: prompt is "query"; it must be absent, since this checkpoint has none',
  );
  await expect(packed.embed('A cat.', { dimensions: 500 })).rejects.toThrow('embed: dimensions is 500');
  expect(memoryUsage()).toEqual(before);
});

test('a text is split into its paragraphs, and long ones at sentences and tokens', () => {
  const tokenizer = packed.tokenizer!;
  const text = '  One cat.\nTwo cats.\n\n \nA dog sat. A dog ran. A dog slept.\n\nno end '.padEnd(120, 'x y ');
  const passages = splitPassages(text, { tokenizer, maxTokens: 8 });
  for (const { text: own, start, end } of passages) expect(text.slice(start, end)).toBe(own);
  expect(passages.slice(0, 3).map(passage => passage.text)).toEqual([
    'One cat.\nTwo cats.',
    'A dog sat. A dog ran.',
    'A dog slept.',
  ]);
  const counts = passages.map(({ text: own }) => tokenizer.encode(own, { addSpecialTokens: false }).ids.length);
  expect(Math.max(...counts)).toBeLessThanOrEqual(8);
  const letters = (whole: string) => whole.replace(/\s/g, '');
  expect(letters(passages.map(passage => passage.text).join(''))).toBe(letters(text));
  expect(() => splitPassages(text, { tokenizer, maxTokens: 0 })).toThrow('splitPassages: maxTokens is 0');
});
