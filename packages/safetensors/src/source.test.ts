import { expect, test } from 'vitest';
import { openSafetensors } from './open.js';
import { blobSource, bytesSource, type Source } from './source.js';
import { writeSafetensors } from './write.js';

const numbers = Float32Array.of(1.5, -2, 3.25);
const file = writeSafetensors({
  odd: { dtype: 'U8', shape: [3], data: Uint8Array.of(7, 8, 9) },
  numbers: { dtype: 'F32', shape: [3], data: numbers },
});

test('bytes are read from an array, a view, a Node Buffer and an ArrayBuffer', async () => {
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  for (const bytes of [file, shifted.subarray(3), Buffer.from(file), Buffer.from(shifted).subarray(3), file.buffer]) {
    const source = bytesSource(bytes);
    expect(source.size).toBe(file.length);
    expect([...(await source.read(2, 5))]).toEqual([...file.subarray(2, 5)]);
    expect((await (await openSafetensors(source)).read('numbers')).data).toEqual(numbers);
  }
});

test('reads return copies, also of a Node Buffer', async () => {
  for (const bytes of [file.slice(), Buffer.from(file)]) {
    const { data } = await (await openSafetensors(bytesSource(bytes))).read('numbers');
    data.fill(0 as never);
    (await bytesSource(bytes).read(0, 9)).fill(1);
    expect([...bytes]).toEqual([...file]);
    expect(data.buffer.byteLength).toBe(12);
  }
});

test('a Blob is read in slices', async () => {
  const source = blobSource(new Blob([file]));
  expect(source.size).toBe(file.length);
  const stored = await openSafetensors(source);
  expect((await stored.read('numbers')).data).toEqual(numbers);
  expect((await stored.read('odd')).data).toEqual(Uint8Array.of(7, 8, 9));
});

test('a source may return a view of a larger buffer at any offset', async () => {
  for (const offset of [0, 1, 4]) {
    const source: Source = {
      size: file.length,
      read: async (start, end) => {
        const larger = new Uint8Array(file.length + 8).fill(99);
        larger.set(file.subarray(start, end), offset);
        return larger.subarray(offset, offset + end - start);
      },
    };
    const stored = await openSafetensors(source);
    expect(await stored.read('numbers')).toEqual({ dtype: 'F32', shape: [3], data: numbers });
    expect(await stored.read('odd')).toEqual({ dtype: 'U8', shape: [3], data: Uint8Array.of(7, 8, 9) });
  }
});

test('a source that returns more or fewer bytes than requested is an error', async () => {
  const whole = bytesSource(file);
  for (const [gives, change] of [
    [11, -1],
    [13, 1],
  ] as const) {
    const source: Source = {
      size: file.length,
      read: (start, end) => whole.read(start, end + (end - start === 12 ? change : 0)),
    };
    const stored = await openSafetensors(source);
    await expect(stored.read('numbers')).rejects.toMatchObject({
      code: 'source',
      message: `read: the source gave ${gives} bytes; 12 would fit`,
    });
  }
});

test("a source's own error passes through as it is", async () => {
  const lost = new Error('the disk is gone');
  const source: Source = { size: 100, read: () => Promise.reject(lost) };
  expect(await openSafetensors(source).catch(error => error)).toBe(lost);
});

test('an aborted signal ends opening and reading with its reason, before any read', async () => {
  let reads = 0;
  const whole = bytesSource(file);
  const source: Source = { size: file.length, read: (start, end) => whole.read(start, end, void reads++) };
  const reason = new Error('never mind');
  const signal = AbortSignal.abort(reason);
  expect(await openSafetensors(source, { signal }).catch(error => error)).toBe(reason);
  expect(reads).toBe(0);
  const stored = await openSafetensors(source);
  reads = 0;
  expect(await stored.read('numbers', { signal }).catch(error => error)).toBe(reason);
  expect(await stored.readFloat32('numbers', { signal }).catch(error => error)).toBe(reason);
  expect(reads).toBe(0);
});
