import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { sourceHash } from './generated/scan.js';
import { arithmetic, nearest, rowVector, similarity, vectorTable, type WordVectors } from './index.js';
import { nearestRows } from './nearest.js';
import { createScan } from './scan.js';
import { topSelection } from './select.js';
import { unitRow } from './table.js';
import { randomNumbers, randomTable, worldTable } from './testing/tables.js';

afterEach(() => vi.unstubAllGlobals());

/** All rows by their cosine with a vector, by loops in float64. */
function byCosine(vectors: WordVectors, query: ArrayLike<number>): { row: number; cosine: number }[] {
  const length = Math.hypot(...Array.from(query));
  return vectors.words
    .map((_, row) => {
      const own = rowVector(vectors, row);
      let sum = 0;
      for (let k = 0; k < own.length; k++) sum += own[k]! * query[k]!;
      const lengths = Math.hypot(...own) * length;
      return { row, cosine: lengths === 0 ? 0 : sum / lengths };
    })
    .sort((a, b) => b.cosine - a.cosine || a.row - b.row);
}

const tables = (['float32', 'int8'] as const).flatMap(dtype =>
  [
    [1031, 3],
    [521, 16],
    [1537, 37],
    [2003, 100],
    [7, 8],
  ].map(([rows, dims]) => ({ dtype, rows: rows!, dims: dims! })),
);

test.each(tables)(
  '$rows rows of $dims numbers in $dtype: the nearest are exactly those of loops in float64',
  ({ dtype, rows, dims }) => {
    const vectors = randomTable(dtype, rows, dims);
    for (let seed = 2; seed < 6; seed++) {
      const query = randomNumbers(dims, seed);
      const top = Math.min(19, rows);
      const found = nearest(vectors, query, { topN: top });
      const expected = byCosine(vectors, query).slice(0, top);
      expect(found.map(({ row }) => row)).toEqual(expected.map(({ row }) => row));
      for (const [i, { similarity }] of found.entries()) expect(similarity).toBeCloseTo(expected[i]!.cosine, 12);
    }
  },
);

test('plain loops without WebAssembly find the same words', () => {
  const query = randomNumbers(37, 9);
  const found = (['float32', 'int8'] as const).map(dtype => nearest(randomTable(dtype, 1031, 37), query));
  vi.stubGlobal('WebAssembly', {
    Memory: class {
      constructor() {
        throw new Error('forbidden');
      }
    },
  });
  const inLoops = (['float32', 'int8'] as const).map(dtype => nearest(randomTable(dtype, 1031, 37), query));
  expect(inLoops).toEqual(found);
});

test('rows within the error bound of the scan are sorted by exact cosines', () => {
  const dims = 100;
  const base = randomNumbers(dims, 3);
  const words = Array.from({ length: 700 }, (_, i) => `w${i}`);
  const data = new Float32Array(700 * dims);
  for (let row = 0; row < 700; row++)
    for (let k = 0; k < dims; k++) data[row * dims + k] = base[k]! * (1 + (((row * 7919 + k * 31) % 97) - 48) * 1e-5);
  const vectors = vectorTable({ words, data });
  const expected = byCosine(vectors, base).slice(0, 50);
  expect(nearest(vectors, base, { topN: 50 }).map(({ row }) => row)).toEqual(expected.map(({ row }) => row));
});

test('equal rows are sorted by row, and a row of zeros has cosine 0', () => {
  const vectors = vectorTable({
    words: ['a', 'b', 'zero', 'c'],
    data: Float32Array.of(1, 0, 1, 0, 0, 0, -1, 0),
  });
  expect(nearest(vectors, [3, 0]).map(({ word, similarity }) => [word, similarity])).toEqual([
    ['a', 1],
    ['b', 1],
    ['zero', 0],
    ['c', -1],
  ]);
});

test('a word is excluded from its own neighbours by default; topN may exceed the number of words', () => {
  const vectors = worldTable();
  expect(nearest(vectors, 'king', { topN: 1 })[0]!.word).toBe('queen');
  expect(nearest(vectors, 'king', { topN: 1, exclude: [] })[0]).toMatchObject({ word: 'king', similarity: 1 });
  expect(nearest(vectors, 'king', { topN: 100 })).toHaveLength(7);
  expect(nearest(vectors, 'king', { topN: 3, exclude: ['king', 'queen'] }).map(({ word }) => word)).not.toContain(
    'well-known',
  );
});

test('many queries at once have the results of single queries', () => {
  const vectors = randomTable('int8', 2003, 29);
  const units = Array.from({ length: 150 }, (_, i) => unitRow(vectors, i));
  const together = nearestRows(
    vectors,
    units,
    3,
    units.map((_, i) => new Set([i])),
  );
  for (const i of [0, 63, 64, 149])
    expect(together[i]!.map(({ row }) => row)).toEqual(nearest(vectors, `w${i}`, { topN: 3 }).map(({ row }) => row));
});

test('the cosine of two words or vectors', () => {
  const vectors = worldTable();
  expect(similarity(vectors, 'man', 'woman')).toBeCloseTo(0, 12);
  expect(similarity(vectors, 'king', [8, 2, 1])).toBeCloseTo(1, 12);
});

test('invalid queries are errors', () => {
  const vectors = worldTable();
  const messages: [() => unknown, string][] = [
    [() => nearest(vectors, 'quene'), 'nearest: "quene" is not among the 8 words; there is "queen"'],
    [() => nearest(vectors, 'zzz'), 'nearest: "zzz" is not among the 8 words'],
    [() => nearest(vectors, [1, 2]), 'nearest: a vector of 2 numbers; the table has 3'],
    [() => nearest(vectors, [1, Number.NaN, 2]), 'nearest: the vector holds NaN at index 1'],
    [() => nearest(vectors, [0, 0, 0]), 'nearest: a vector of zeros points nowhere, so nothing is near it'],
    [() => nearest(vectors, 'king', { topN: 0 }), 'nearest: topN is 0; it must be a whole number, 1 or more'],
    [() => similarity(vectors, 'king', 'x'), 'similarity: "x" is not among the 8 words'],
  ];
  for (const [call, message] of messages) expect(call).toThrow(message);
});

test.each(['add', 'multiply', 'euclid'] as const)('%s ranks all words like float64 loops', method => {
  for (const dtype of ['float32', 'int8'] as const) {
    const vectors = randomTable(dtype, 1531, 23);
    const { neighbours } = arithmetic(vectors, 'w3 - 2 * w5 + 0.5 * w7', { method, topN: 40 });
    const factors = new Map([
      [3, 1],
      [5, -2],
      [7, 0.5],
    ]);
    const raw = (row: number) => rowVector(vectors, row);
    const unit = (row: number) => raw(row).map(value => value / Math.hypot(...raw(row)));
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const sum = new Float64Array(23);
    for (const [row, factor] of factors)
      (method === 'euclid' ? raw : unit)(row).forEach((value, i) => {
        sum[i]! += factor * value;
      });
    const score = (row: number) => {
      if (method === 'add') return dot(unit(row), sum) / Math.hypot(...sum);
      if (method === 'euclid') return -Math.hypot(...raw(row).map((value, i) => value - sum[i]!));
      return [...factors].reduce(
        (product, [other, factor]) =>
          product * ((1 + dot(unit(row), unit(other))) / 2 + (factor < 0 ? 0.001 : 0)) ** factor,
        1,
      );
    };
    const expected = vectors.words
      .map((_, row) => ({ row, score: score(row) }))
      .filter(({ row }) => !factors.has(row))
      .sort((a, b) => b.score - a.score)
      .slice(0, 40);
    expect(neighbours.map(({ row }) => row)).toEqual(expected.map(({ row }) => row));
    for (const [i, { score }] of neighbours.entries())
      expect(score).toBeCloseTo(method === 'euclid' ? -expected[i]!.score : expected[i]!.score, 10);
  }
});

test('the error bound of the scan holds', () => {
  for (const dims of [5, 100, 1024]) {
    for (const dtype of ['float32', 'int8'] as const) {
      const vectors = randomTable(dtype, 512, dims, dims);
      const unit = unitRow(randomTable('float32', 1, dims, 77), 0);
      const error = vectors.scan.setQuery(5, unit);
      const most = vectors.scan.scoreBlock(5, 0, 512);
      const worst = vectors.words.reduce((worst, _, row) => {
        const own = unitRow(vectors, row);
        const exact = own.reduce((sum, value, k) => sum + value * unit[k]!, 0);
        return Math.max(worst, Math.abs(vectors.scan.scores[row]! - exact));
      }, 0);
      expect(worst).toBeLessThanOrEqual(error);
      expect(error).toBeLessThan(2e-4);
      expect(most).toBeGreaterThanOrEqual(Math.max(...vectors.scan.scores));
    }
  }
});

test('a selection drops rows that cannot be among the best, and sorts the rest by exact values', () => {
  const chosen = topSelection(3);
  const values = Array.from(randomNumbers(50_000, 4));
  for (const [row, value] of values.entries()) chosen.add(row, value - 1e-3, value + 1e-3);
  const best = values
    .map((value, row) => ({ row, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, 3);
  expect(chosen.ranked(row => values[row]!)).toEqual(best);
  expect(topSelection(2).ranked(() => 0)).toEqual([]);
});

test('the kernel is built from the current source', async () => {
  const source = await readFile(new URL('../kernels/scan.c', import.meta.url), 'utf8');
  expect(createHash('sha256').update(source.replaceAll('\r\n', '\n')).digest('hex')).toBe(sourceHash);
  expect(createScan('int8', 1, 1).data.buffer.byteLength % 65536).toBe(0); // and it is the one that runs
});
