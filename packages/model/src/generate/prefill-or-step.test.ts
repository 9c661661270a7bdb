import { tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import type { CachedBatch } from './cached-batch.js';
import { prefillOrStep } from './prefill-or-step.js';

/** The [tokens, padded length] of each pass that feeds a prompt of `length` tokens. */
async function passesOf(length: number, settings: { readonly fixedShapes: boolean; readonly mayPad: boolean }) {
  const passes: (readonly [number, number])[] = [];
  let fed = 0;
  const batch = {
    padding: [0],
    get length() {
      return fed;
    },
    dropped: 0,
    dropUntilFits: () => {},
    tokenAt: (tokens: readonly number[], _row: number, position: number) => tokens[position],
    fits: (more: number) => fed + more <= 400,
    feed: (ids: readonly (readonly number[])[], paddedLength: number) => {
      passes.push([ids[0]!.length, paddedLength]);
      fed += ids[0]!.length;
      return tensor([1, 2], [1, 1, 2]);
    },
  } as unknown as CachedBatch;
  const sequences = [{ tokens: Array<number>(length).fill(1), isFinished: false }];
  await prefillOrStep(batch, sequences, { ...settings, recorder: undefined, signal: undefined });
  return passes;
}

test('a prompt is fed as it is, padded to a few lengths, or split into them where no padding may follow', async () => {
  expect(await passesOf(98, { fixedShapes: false, mayPad: true })).toEqual([
    [64, 64],
    [34, 34],
  ]);
  expect(await passesOf(98, { fixedShapes: true, mayPad: true })).toEqual([[98, 256]]);
  expect(await passesOf(98, { fixedShapes: true, mayPad: false })).toEqual(
    [64, 16, 16, 1, 1].map(length => [length, length]),
  );
  expect(await passesOf(390, { fixedShapes: true, mayPad: true })).toEqual([
    [256, 256],
    [134, 134],
  ]);
});
