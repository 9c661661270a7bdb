import { expect, test } from 'vitest';
import { type PromptedTarget, promptBatch, promptBatches, shuffledEpochs, type TokenBatch } from '../index.js';

const rowsOf = ({ ids, labels, length }: TokenBatch) =>
  [ids, labels].map(values =>
    Array.from({ length: values.length / length }, (_, row) => [...values.subarray(row * length, (row + 1) * length)]),
  );

test('only the tokens of the targets are labels, each where the one before it is read', () => {
  const batch = promptBatch([
    { prompt: [1, 2], target: [3, 4, 9] },
    { prompt: [5], target: [9] },
  ]);
  expect([batch.sequences, batch.length]).toEqual([2, 4]);
  expect(rowsOf(batch)).toEqual([
    [
      [1, 2, 3, 4],
      [5, 0, 0, 0],
    ],
    [
      [-100, 3, 4, 9],
      [9, -100, -100, -100],
    ],
  ]);
  expect(() => promptBatch([{ prompt: [], target: [9] }])).toThrow(
    'promptBatch: item 0 has 0 tokens of a prompt and 1 of a target; both need one',
  );
});

test('what is read may differ from what should be written', () => {
  const batch = promptBatch([{ prompt: [1, 2], target: [3, 4, 9], input: [3, 8, 7] }]);
  expect(rowsOf(batch)).toEqual([[[1, 2, 3, 8]], [[-100, 3, 4, 9]]]);
  expect(() => promptBatch([{ prompt: [1], target: [3, 4], input: [3] }])).toThrow(
    'promptBatch: item 0 has 1 tokens to read for a target of 2; they must be equal',
  );
});

test('each item comes once in an epoch, encoded anew each time, with items of its length', () => {
  const items = Array.from({ length: 12 }, (_, i) => i + 1);
  const encode = (item: number, random: () => number): PromptedTarget => ({
    prompt: [item, Math.floor(1e6 * random())],
    target: Array(item).fill(7),
  });
  const options = { batch: 2, seed: 3, encode, batchesPerBucket: 6 };
  const take = (from: number, count: number) => {
    const batches: TokenBatch[] = [];
    for (const batch of promptBatches(items, options).from(from) as Iterable<TokenBatch>)
      if (batches.push(batch) === count) break;
    return batches;
  };
  const epochs = take(0, 12);
  const drawnIn = (batches: TokenBatch[]) => batches.flatMap(batch => rowsOf(batch)[0]!.map(row => [row[0]!, row[1]!]));
  const [first, second] = [drawnIn(epochs.slice(0, 6)), drawnIn(epochs.slice(6))];
  for (const drawn of [first, second]) expect(drawn.map(([item]) => item!).sort((a, b) => a - b)).toEqual(items);
  for (const [item, number] of first) expect(second).not.toContainEqual([item, number]);
  for (const batch of epochs) expect(Math.abs(rowsOf(batch)[0]![0]![0]! - rowsOf(batch)[0]![1]![0]!)).toBe(1);
  expect(take(5, 4)).toEqual(epochs.slice(5, 9)); // a run that goes on reads the same
  expect(() => promptBatches([], options)).toThrow('promptBatches: there is no item; there is nothing to learn from');
});

test('the items of an endless sequence of epochs can be read from anywhere', () => {
  const at = shuffledEpochs(['a', 'b', 'c'], 5);
  const all = at(0, 9);
  for (const epoch of [0, 3, 6]) expect(all.slice(epoch, epoch + 3).sort()).toEqual(['a', 'b', 'c']);
  expect(shuffledEpochs(['a', 'b', 'c'], 5)(4, 3)).toEqual(at(4, 3));
});
