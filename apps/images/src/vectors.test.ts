import { expect, test } from 'vitest';
import { cosine, meanOf, nearestRows } from './vectors.js';

const half = Math.SQRT1_2;
const rows = { dim: 2, count: 4, data: Float32Array.from([1, 0, half, half, 0, 1, -1, 0, 9, 9]) };

test('the nearest rows come best first, at most so many, without those left out and beyond the count', () => {
  const hits = nearestRows(rows, [3, 0], { top: 3 });
  expect(hits.map(({ row }) => row)).toEqual([0, 1, 2]);
  expect(hits.map(({ cosine }) => cosine.toFixed(3))).toEqual(['1.000', '0.707', '0.000']);
  expect(nearestRows(rows, [1, 0], { top: 1, except: new Set([0]) }).map(({ row }) => row)).toEqual([1]);
  expect(nearestRows({ ...rows, count: 0 }, [1, 0], { top: 3 })).toEqual([]);
});

test('with a centre, rows are measured from it', () => {
  const centre = meanOf(rows);
  expect([...centre].map(value => value.toFixed(3))).toEqual(['0.177', '0.427']);
  const [best] = nearestRows(rows, [0, -1], { top: 1, centre });
  const expected = [0, 1, 2, 3].map(row =>
    cosine([rows.data[2 * row]! - centre[0]!, rows.data[2 * row + 1]! - centre[1]!], [0, -1]),
  );
  expect(best!.row).toBe(expected.indexOf(Math.max(...expected)));
  expect(best!.cosine).toBeCloseTo(Math.max(...expected), 6);
});
