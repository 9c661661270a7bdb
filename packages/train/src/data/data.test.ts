import { expect, test } from 'vitest';
import {
  allWindows,
  type Batches,
  type PackingOptions,
  type PairBatch,
  packDocuments,
  pairBatches,
  randomWindows,
  shuffledOrder,
  slidingWindows,
  type TokenBatch,
  trainValidationSplit,
} from '../index.js';

async function take<Batch>({ from }: Batches<Batch>, position: number, count: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of from(position)) {
    batches.push(batch);
    if (batches.length === count) break;
  }
  return batches;
}
const rowsOf = (values: Int32Array, length: number) =>
  Array.from({ length: values.length / length }, (_, row) => [...values.subarray(row * length, (row + 1) * length)]);
const idsOf = ({ ids, length }: TokenBatch) => rowsOf(ids, length);

test('shuffledOrder is a permutation that depends on seed and epoch', () => {
  const order = shuffledOrder(50, { seed: 3, epoch: 1 });
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(shuffledOrder(50, { seed: 3, epoch: 1 })).toEqual(order);
  expect(shuffledOrder(50, { seed: 3, epoch: 2 })).not.toEqual(order);
  expect(shuffledOrder(50, { seed: 4, epoch: 1 })).not.toEqual(order);
});

test('each index of a shuffled order is equally likely', () => {
  const counts = Array.from({ length: 5 }, () => Array<number>(5).fill(0));
  for (let seed = 0; seed < 2000; seed++)
    for (const [place, item] of shuffledOrder(5, { seed }).entries()) counts[place]![item]!++;
  for (const count of counts.flat()) expect(Math.abs(count - 400)).toBeLessThan(100);
});

test('a share of items is split off for validation, both in the original order', () => {
  const items = Array.from({ length: 20 }, (_, i) => i);
  const { training, validation } = trainValidationSplit(items, { share: 0.25, seed: 1 });
  expect([training.length, validation.length]).toEqual([15, 5]);
  expect([...training, ...validation].sort((a, b) => a - b)).toEqual(items);
  expect(training).toEqual([...training].sort((a, b) => a - b));
  expect(() => trainValidationSplit([1, 2], { share: 0.1 })).toThrow(
    'trainValidationSplit: a share of 0.1 of 2 items leaves 0 for validation and 2 to train on; both need some',
  );
});

test('random windows are parts of the text with the next token as label, reproducible by position', () => {
  const text = Array.from({ length: 30 }, (_, i) => i);
  const batch = randomWindows(text, { length: 7, batch: 3, seed: 5 });
  const starts = new Set<number>();
  for (let position = 0; position < 40; position++) {
    const { ids, labels, sequences } = batch(position);
    expect(sequences).toBe(3);
    for (const [row, window] of rowsOf(ids, 7).entries()) {
      expect(window).toEqual(window.map((_, i) => window[0]! + i));
      expect(rowsOf(labels, 7)[row]).toEqual(window.map(id => id + 1));
      starts.add(window[0]!);
    }
  }
  expect([...starts].sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, i) => i));
  expect(batch(3)).toEqual(randomWindows(text, { length: 7, batch: 3, seed: 5 })(3));
  expect(() => randomWindows(text, { length: 30, batch: 1 })).toThrow(
    'randomWindows: 30 tokens are too few for rows of 30 and the token after them',
  );
});

test('all windows cover the text once', () => {
  const batches = [...allWindows([0, 1, 2, 3, 4, 5, 6, 7], { length: 2, batch: 2 })];
  expect(batches.map(idsOf)).toEqual([
    [
      [0, 1],
      [2, 3],
    ],
    [[4, 5]],
  ]);
  expect(rowsOf(batches[1]!.labels, 2)).toEqual([[5, 6]]);
});

const documents = [[1, 2, 3], [4], [5, 6, 7, 8, 9]];

const slidingRows = (texts: number[][], options: Parameters<typeof slidingWindows>[1]) =>
  [...slidingWindows(texts, options)].map(({ length, ids, labels }) => [rowsOf(ids, length), rowsOf(labels, length)]);

test('sliding windows predict each token once, from the tokens before it', () => {
  const text = [10, 11, 12, 13, 14, 15, 16];
  expect(slidingRows([text], { length: 4, batch: 2 })).toEqual([
    [
      [
        [10, 11, 12, 13],
        [14, 15, 0, 0],
      ],
      [
        [11, 12, 13, 14],
        [15, 16, -100, -100],
      ],
    ],
  ]);
  expect(slidingRows([text, [20, 21]], { length: 4, batch: 2, stride: 3 })).toEqual([
    [
      [
        [10, 11, 12, 13],
        [13, 14, 15, 0],
      ],
      [
        [11, 12, 13, 14],
        [-100, 15, 16, -100],
      ],
    ],
    [[[20]], [[21]]],
  ]);
  expect(slidingRows([[7], []], { length: 4, batch: 2 })).toEqual([]);
  expect(() => slidingRows([text], { length: 4, batch: 2, stride: 5 })).toThrow(
    'slidingWindows: stride is 5; it must be 1 .. 4, the length',
  );
});

test('sliding windows of any length and stride predict every token', () => {
  const text = Array.from({ length: 23 }, (_, i) => i);
  for (const length of [1, 2, 5, 22, 23, 40])
    for (let stride = 1; stride <= length; stride++) {
      const labels = [...slidingWindows([text], { length, batch: 3, stride })].flatMap(({ labels }) => [...labels]);
      expect(labels.filter(label => label !== -100)).toEqual(text.slice(1));
    }
});

test('documents are packed one after another, with document ids and position ids', async () => {
  const [batch] = await take(packDocuments(documents, { length: 4, batch: 3, eosTokenId: 0, epochs: 1 }), 0, 9);
  expect(idsOf(batch!)).toEqual([
    [1, 2, 3, 0],
    [4, 0, 5, 6],
    [7, 8, 9, 0],
  ]);
  expect(rowsOf(batch!.labels, 4)).toEqual([
    [2, 3, 0, -100],
    [0, -100, 6, 7],
    [8, 9, 0, -100],
  ]);
  expect(rowsOf(batch!.documentIds!, 4)).toEqual([
    [1, 1, 1, 1],
    [2, 2, 3, 3],
    [3, 3, 3, 3],
  ]);
  expect(rowsOf(batch!.positionIds!, 4)).toEqual([
    [0, 1, 2, 3],
    [0, 1, 0, 1],
    [0, 1, 2, 3],
  ]);
});

test('without blockDiagonal a document predicts the next one, also across batches', async () => {
  const batches = await take(packDocuments(documents, { length: 2, batch: 1, blockDiagonal: false, epochs: 1 }), 0, 9);
  expect(batches.map(({ ids }) => [...ids])).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
    [9, 0],
  ]);
  expect(batches.map(({ labels }) => [...labels])).toEqual([
    [2, 3],
    [4, 5],
    [6, 7],
    [8, 9],
    [-100, -100],
  ]);
  expect(batches[0]!.documentIds).toBeUndefined();
});

test.each<[string, PackingOptions]>([
  ['in order', { length: 4, batch: 2 }],
  ['shuffled', { length: 4, batch: 2, shuffle: { seed: 3 } }],
  ['shuffled within two', { length: 3, batch: 1, shuffle: { seed: 3, bufferSize: 2 } }],
])('packed batches are reproducible by position, from lists and streams: %s', async (_, options) => {
  async function* stream() {
    yield* documents;
  }
  for (const source of [documents, stream]) {
    const all = await take(packDocuments(source, options), 0, 9);
    expect(all).toHaveLength(9);
    expect(await take(packDocuments(source, options), 5, 4)).toEqual(all.slice(5));
  }
});

test('empty documents give no batch', async () => {
  expect(await take(packDocuments([], { length: 4, batch: 1 }), 0, 1)).toEqual([]);
  expect(await take(packDocuments([[], []], { length: 4, batch: 1 }), 0, 1)).toEqual([]);
  expect(() => packDocuments([], { length: 0, batch: 1 })).toThrow(
    'packDocuments: length is 0; it must be a whole number, 1 or more',
  );
});

const pairs = Array.from({ length: 23 }, (_, i) => ({
  source: Array.from({ length: 1 + ((i * 7) % 11) }, () => 100 + i),
  target: Array.from({ length: 1 + ((i * 5) % 13) }, (_, at) => 200 + at),
}));

test('batches contain pairs of similar length, padded, each once in an epoch', async () => {
  const options = { batch: 4, padTokenId: 9, decoderStartTokenId: 8, seed: 2, padToMultipleOf: 2, epochs: 1 };
  const batches = await take(pairBatches(pairs, options), 0, 99);
  expect(batches.map(({ sequences }) => sequences).sort()).toEqual([3, 4, 4, 4, 4, 4]);
  const sources = batches.flatMap(({ source, sourceLength }) => rowsOf(source, sourceLength).map(row => row[0]! - 100));
  expect(sources.sort((a, b) => a - b)).toEqual(pairs.map((_, i) => i));
  for (const batch of batches) expectPadded(batch);
  const padding = (batches: readonly PairBatch[]) =>
    batches.reduce((all, { labels }) => all + labels.filter(id => id === -100).length, 0);
  const unsorted = await take(pairBatches(pairs, { ...options, batchesPerBucket: 1 }), 0, 99);
  expect(padding(batches)).toBeLessThan(padding(unsorted));
});

const expectPadded = ({ sequences, source, sourceLength, target, targetLength, labels, sourceLengths }: PairBatch) => {
  expect([sourceLength % 2, targetLength % 2]).toEqual([0, 0]);
  for (let row = 0; row < sequences; row++) {
    const [encoderIds, decoderIds, expected] = [
      rowsOf(source, sourceLength)[row]!,
      rowsOf(target, targetLength)[row]!,
      rowsOf(labels, targetLength)[row]!,
    ];
    const pair = pairs[encoderIds[0]! - 100]!;
    expect(encoderIds).toEqual([...pair.source, ...Array(sourceLength - pair.source.length).fill(9)]);
    expect(sourceLengths[row]).toBe(pair.source.length);
    expect(expected).toEqual([...pair.target, ...Array(targetLength - pair.target.length).fill(-100)]);
    expect(decoderIds).toEqual([8, ...pair.target.slice(0, -1), ...Array(targetLength - pair.target.length).fill(9)]);
  }
};

test('batches of pairs are reproducible by position, and each epoch has another order', async () => {
  const options = { batch: 5, padTokenId: 0, decoderStartTokenId: 1, seed: 7 };
  const all = await take(pairBatches(pairs, options), 0, 12);
  for (const position of [1, 4, 5, 11])
    expect(await take(pairBatches(pairs, options), position, 1)).toEqual([all[position]]);
  expect(all.slice(0, 5)).not.toEqual(all.slice(5, 10));
});

test('pairs that are too long or empty are skipped; it is an error if none is left', () => {
  const one = [
    { source: [1, 2], target: [1, 2, 3] },
    { source: [], target: [1] },
  ];
  expect(() => pairBatches(one, { batch: 1, padTokenId: 0, decoderStartTokenId: 0, maxLength: 2 })).toThrow(
    'pairBatches: of 2 pairs none has two sides of 1 to 2 tokens; there is nothing to learn from',
  );
});
