import '@residual/testkit/wasm';
import { type Matrix, matrixValues } from '@residual/tensor';
import { arithmetic, nearest, rowVector, similarity } from '@residual/word-vectors';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { tokenNames } from './token-vectors.js';

test('the token table of the story model works as word vectors: king - man + woman is near queen', async () => {
  const model = await loadModel(fixtureFiles('packages/model-stories/model'));
  const vectors = await model.tokenVectors();
  expect([vectors.words.length, vectors.dims]).toEqual([6000, 320]);
  const [king] = model.tokensOf(' king') as [number];
  expect(vectors.rows.get('king')).toBe(king);
  const { embedding } = model.weights as unknown as { embedding: { weight: Matrix } };
  const table = await matrixValues(embedding.weight);
  expect([...rowVector(vectors, king)]).toEqual([...table.subarray(king * 320, (king + 1) * 320)]);
  expect(arithmetic(vectors, 'king - man + woman', { topN: 3 }).neighbours.map(({ word }) => word)).toContain('queen');
  expect(nearest(vectors, 'dog', { topN: 5 }).map(({ word }) => word)).toContain('cat');
  model.dispose();
});

test('the hidden states of a word in two contexts differ more after the blocks than at the input', async () => {
  const model = await loadModel(fixtureFiles('packages/model-stories/model'));
  const [one, other] = await Promise.all(
    ['The fish swam under the water near the bank', 'He took his money to the bank'].map(text =>
      model.contextual(text),
    ),
  );
  const lastState = (output: NonNullable<typeof one>, layer: number) => {
    expect(output.texts.at(-1)).toBe(' bank');
    return output.hiddenStates[layer]!.data.slice(-320);
  };
  const table = await model.tokenVectors();
  const distances = [1, model.depth].map(
    layer => 1 - similarity(table, lastState(one!, layer), lastState(other!, layer)),
  );
  expect(distances[1]!).toBeGreaterThan(distances[0]!);
  model.dispose();
});

const tokenizer = (tokens: readonly (string | undefined)[], texts = tokens) =>
  ({ idToToken: (id: number) => tokens[id], decode: ([id]: number[]) => texts[id!] }) as never;

test('a token that begins a word is named by it, one that continues a word by its text or with ## before it', () => {
  const words = tokenizer(
    ['Ġking', 'king', 'Ġ', 'ing', 'Ã', '▁queen', 'queen', '<s>', undefined],
    [' king', 'king', ' ', 'ing', '\ufffd', '', 'queen', '<s>', undefined],
  );
  expect(tokenNames(9, words)).toEqual(['king', '##king', ' ', 'ing', 'Ã', 'queen', '##queen', '<s>', '#8']);
  expect(tokenNames(2, undefined)).toEqual(['#0', '#1']);
  expect(tokenNames(3, tokenizer(['#2', '#2', undefined]))).toEqual(['#2', '###2', '##2']);
});
