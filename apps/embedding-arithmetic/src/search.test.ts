import '@residual/testkit/wasm';
import { joined } from '@residual/appkit';
import { loadModel, splitPassages } from '@residual/model';
import { minilm } from '@residual/model-minilm';
import { expect, test } from 'vitest';
import { island, questions } from './island.js';
import { passageFunctions, readPassages } from './passages.js';

test('questions find passages of the guide in other words', async () => {
  const model = await loadModel(minilm);
  const passages = splitPassages(island, { tokenizer: model.tokenizer! });
  expect(passages).toHaveLength(64);
  const vectors: Float32Array[] = [];
  await readPassages(model, passages, vectors, { signal: new AbortController().signal, onProgress: () => {} });
  const found: Record<string, string> = {
    'Can I see the aurora?': 'On clear nights in winter green curtains of light',
    'How do I get money?': 'There is no bank. The shop gives cash',
    'Is there crime?': 'Nobody locks a door.',
    souvenirs: 'Gifts to take home are smoked mackerel',
    'renewable energy': 'Electricity comes from three turbines',
    'a doctor for a sick child': 'The nurse, Morag Linklater, sees patients',
  };
  expect(questions).toEqual(Object.keys(found));
  for (const [question, start] of Object.entries(found)) {
    const vector = await model.embed(question);
    const hits = passageFunctions.nearestPassages(joined(vectors), passages.length, vector, 2);
    expect(passages[hits[0]!.row]!.text.slice(0, start.length)).toBe(start);
    const cosine = vectors[hits[0]!.row]!.reduce((sum, value, i) => sum + value * vector[i]!, 0);
    expect(hits[0]!.cosine).toBeCloseTo(cosine, 5);
    expect(hits[0]!.cosine).toBeGreaterThan(hits[1]!.cosine);
  }
  model.dispose();
});

test('what is read before a stop stays, and reading goes on from there', async () => {
  const passages = Array.from({ length: 19 }, (_, i) => ({ text: `${i}` }));
  const asked: string[] = [];
  const embedder = {
    embedBatch: async (texts: readonly string[]) => {
      asked.push(...texts);
      return texts.map(text => Float32Array.of(Number(text)));
    },
  };
  const [vectors, stop, progress]: [Float32Array[], AbortController, number[]] = [[], new AbortController(), []];
  const onProgress = (done: number) => {
    progress.push(done);
    if (done === 16) stop.abort();
  };
  await expect(readPassages(embedder, passages, vectors, { signal: stop.signal, onProgress })).rejects.toThrow('abort');
  expect(vectors).toHaveLength(16);
  await readPassages(embedder, passages, vectors, { signal: new AbortController().signal, onProgress });
  expect(progress).toEqual([8, 16, 19]);
  expect(asked).toEqual(passages.map(({ text }) => text));
  expect(vectors.map(([value]) => value)).toEqual(passages.map((_, i) => i));
});
