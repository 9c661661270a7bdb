import { expect, test } from 'vitest';
import { alignTo } from './align.js';
import { leastSquares, type Point } from './least-squares.js';

test('the loss is smallest at the closed form', () => {
  const points: Point[] = [
    [-2, 1],
    [0, 2.5],
    [1, -1],
    [3, 4],
  ];
  const { slope, intercept, loss } = leastSquares(points);
  const lossAt = (w: number, b: number) => points.reduce((sum, [x, y]) => sum + (w * x + b - y) ** 2, 0) / 4;
  expect(loss).toBeCloseTo(lossAt(slope, intercept), 12);
  for (const step of [1e-3, -1e-3]) {
    expect(lossAt(slope + step, intercept)).toBeGreaterThan(loss);
    expect(lossAt(slope, intercept + step)).toBeGreaterThan(loss);
  }
  expect(leastSquares([[1, 2]])).toEqual({ slope: 0, intercept: 2, loss: 0 });
});

test.each([
  ['turned', 1],
  ['turned and mirrored', -1],
])('points that were %s are aligned with their originals', (_, mirror) => {
  const before = Float32Array.from([3, 1, -2, 0.5, 0.25, -4]);
  const [cos, sin] = [Math.cos(2), Math.sin(2)];
  const moved = before.map((_, i) => {
    const [x, y] = [before[i & ~1]!, mirror * before[i | 1]!];
    return i % 2 === 0 ? cos * x - sin * y : sin * x + cos * y;
  });
  const back = alignTo(moved, before);
  for (const [i, value] of before.entries()) expect(back[i]).toBeCloseTo(value, 5);
});

test('points stay if there are no earlier ones', () => {
  const points = Float32Array.from([1, 2]);
  expect(alignTo(points, new Float32Array())).toBe(points);
});
