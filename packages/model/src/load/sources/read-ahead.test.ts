import { bytesSource } from '@residual/safetensors';
import { expect, test } from 'vitest';
import { readAhead } from './read-ahead.js';

const mebibyte = 2 ** 20;
const bytes = new Uint8Array(40 * mebibyte + 7).map((_, i) => (i * 2654435761) >>> 24);

/** A source that reads ahead, its requests, and the progress that it reports. */
const sourceWithLog = () => {
  const requests: [number, number][] = [];
  const progress: number[] = [];
  const stored = bytesSource(bytes);
  const source = readAhead(
    {
      size: bytes.length,
      read: (start, end) => {
        requests.push([start, end]);
        return stored.read(start, end);
      },
    },
    { name: 'a', onBytes: (_, received) => progress.push(received) },
  );
  return { source, requests, progress };
};

const same = (actual: Uint8Array, start: number, end: number) =>
  expect(Buffer.compare(actual, bytes.subarray(start, end))).toBe(0);

test('reads in file order request each byte once, 16 MiB at a time, whatever their size', async () => {
  const { source, requests, progress } = sourceWithLog();
  const cuts = [0, 8, 1000, 15.5 * mebibyte, 15.5 * mebibyte, 39 * mebibyte, bytes.length];
  for (let i = 0; i + 1 < cuts.length; i++) same(await source.read(cuts[i]!, cuts[i + 1]!), cuts[i]!, cuts[i + 1]!);
  const ends = [16 * mebibyte, 32 * mebibyte, bytes.length];
  expect(requests).toEqual(ends.map((end, i) => [ends[i - 1] ?? 0, end]));
  expect(progress).toEqual(ends);
});

test('a read before the window sends a new request; the bytes belong to the caller', async () => {
  const { source, requests } = sourceWithLog();
  const first = await source.read(20 * mebibyte, 20 * mebibyte + 5);
  first.fill(0);
  same(await source.read(20 * mebibyte, 20 * mebibyte + 5), 20 * mebibyte, 20 * mebibyte + 5);
  same(await source.read(3, 9), 3, 9);
  expect(requests.map(([start]) => start)).toEqual([20 * mebibyte, 20 * mebibyte, 3]);
});

test('concurrent reads do not disturb each other', async () => {
  const { source } = sourceWithLog();
  const offsets = [30 * mebibyte, 5, 17 * mebibyte, 100];
  const parts = await Promise.all(offsets.map(offset => source.read(offset, offset + 3 * mebibyte)));
  for (const [i, part] of parts.entries()) same(part, offsets[i]!, offsets[i]! + 3 * mebibyte);
});

test('a source that ends early returns its bytes so far', async () => {
  const short = readAhead(
    { size: 100, read: async (start, end) => bytes.slice(start, Math.min(end, 60)) },
    { name: 'a' },
  );
  same(await short.read(40, 100), 40, 60);
});
