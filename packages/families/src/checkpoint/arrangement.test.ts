import type { StoredRows } from '@residual/layers';
import { expect, test } from 'vitest';
import { type Arrangement, arrangedShape, rowsInOrder, runsOf, splitExperts, storedOrder } from './arrangement.js';

const plain = { experts: 1, blocks: 1, kind: 'plain', transposed: false } as const;
/** Two query rows, one key row and one value row for each of two heads. */
const fused: Arrangement = { ...plain, memberRows: [4, 2, 2], blocks: 2 };
/** Two experts whose gate and up rows alternate, each [in, out]. */
const alternating: Arrangement = { memberRows: [3, 3], experts: 2, blocks: 3, kind: 'stacked', transposed: true };
const apart: Arrangement = { ...plain, memberRows: [2], experts: 3, kind: 'apart' };

/** Rows [count, width] whose entries are 10 · row + column. */
const numbered = (count: number, width: number) =>
  Float32Array.from({ length: count * width }, (_, i) => 10 * Math.floor(i / width) + (i % width));

/** An array in memory as a stored tensor. */
const inMemory = (values: Float32Array, shape: readonly number[], form: 'f32' | 'f16' = 'f32'): StoredRows => {
  const rowSize = values.length / shape[0]!;
  const readRows = async (from: number, to: number) => values.subarray(from * rowSize, to * rowSize);
  if (form === 'f32') return { shape, form, readRows };
  const readPackedRows = async (from: number, to: number) => ({
    quants: Int32Array.from(values.subarray(from * rowSize, to * rowSize)),
  });
  return { shape, form, readRows, readPackedRows };
};

test('members of a fused tensor lie in blocks, each with its share of their rows', () => {
  const rowsOf = (member: number) =>
    runsOf(fused, member).flatMap(({ stored, length }) => Array.from({ length }, (_, i) => stored + i));
  expect([0, 1, 2].map(rowsOf)).toEqual([
    [0, 1, 4, 5],
    [2, 6],
    [3, 7],
  ]);
  const members = Float32Array.from([0, 1, 4, 5, 2, 6, 3, 7]); // the stored row of each
  expect([...storedOrder(fused, members)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test.each([
  ['fused', fused, 1],
  ['stacked experts, transposed, with alternating rows', alternating, 1],
  ['experts apart', apart, 3],
] as const)('%s: what is written is read again, whole and in pieces', async (_, arrangement, tensorCount) => {
  const width = 2;
  const count = arrangement.experts * arrangement.memberRows.reduce((sum, rows) => sum + rows, 0);
  const rows = storedOrder(arrangement, numbered(count, width));
  const tensors = splitExperts(arrangement, rows);
  expect(tensors).toHaveLength(tensorCount);
  const shape = arrangedShape(arrangement, width);
  expect(tensors.map(({ length }) => length)).toEqual(
    Array(tensorCount).fill(shape.reduce((product, length) => product * length, 1)),
  );
  const stored = tensors.map(values => inMemory(values, shape));
  const read = rowsInOrder(arrangement, stored, { width, hasRowsAlongOut: false });
  expect(read.shape).toEqual(arrangement.kind === 'plain' ? shape : [count, width]);
  const pieces = [];
  for (let from = 0; from < count; from += 5)
    pieces.push(...(await read.readRows(from, Math.min(from + 5, count), {})));
  expect(pieces).toEqual([...rows]);
});

test('a stacked and transposed tensor is [experts, in, out]', () => {
  const width = 2;
  const rows = Float32Array.from({ length: 24 }, (_, i) => i); // [2 · 6, 2]
  const [tensor] = splitExperts(alternating, rows);
  expect(arrangedShape(alternating, width)).toEqual([2, 2, 6]);
  expect([...tensor!.subarray(0, 12)]).toEqual([0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
});

test('the bits of experts apart are joined, and those of packed checkpoints are rows along out', async () => {
  const tensors = [0, 1, 2].map(i => inMemory(Float32Array.from([10 * i, 10 * i + 1]), [2, 1], 'f16'));
  const joined = rowsInOrder(apart, tensors, { width: 1, hasRowsAlongOut: false });
  expect([...(await joined.readPackedRows!(1, 5, {})).quants]).toEqual([1, 10, 11, 20]);
  const mixed = [tensors[0]!, inMemory(new Float32Array(2), [2, 1]), tensors[2]!];
  const asFloats = rowsInOrder(apart, mixed, { width: 1, hasRowsAlongOut: false });
  expect([asFloats.form, asFloats.readPackedRows]).toEqual(['f32', undefined]);
  const flat = inMemory(numbered(12, 2), [12, 2], 'f16');
  expect(rowsInOrder(alternating, [flat], { width: 2, hasRowsAlongOut: true })).toBe(flat);
});

test('a matrix over [height, width, channels] is stored as [out, channels, height, width]', async () => {
  const [out, height, width, channels] = [2, 2, 3, 5];
  const columns = { lengths: [height, width, channels], order: [2, 0, 1] };
  const kernels: Arrangement = { ...plain, memberRows: [out], columns };
  const values = Float32Array.from({ length: out * 30 }, (_, i) => i);
  const [stored] = splitExperts(kernels, values);
  const shape = arrangedShape(kernels, 30);
  expect(shape).toEqual([out, channels, height, width]);
  for (const [o, c, y, x] of [
    [0, 0, 0, 1],
    [0, 4, 1, 2],
    [1, 3, 1, 0],
  ] as const)
    expect(stored![((o * channels + c) * height + y) * width + x]).toBe(((o * height + y) * width + x) * channels + c);
  const read = rowsInOrder(kernels, [inMemory(stored!, shape)], { width: 30, hasRowsAlongOut: false });
  expect(read.shape).toEqual([out, 30]);
  expect([...(await read.readRows(0, 1, {})), ...(await read.readRows(1, 2, {}))]).toEqual([...values]);
  const packed = inMemory(values, [out, 30]);
  expect(rowsInOrder(kernels, [packed], { width: 30, hasRowsAlongOut: true })).toBe(packed);
});
