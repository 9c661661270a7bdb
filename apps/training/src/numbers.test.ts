import { expect, test } from 'vitest';
import { alignTo } from './align.js';
import { heightAt } from './ground-drawing.js';
import { leastSquares, type Point } from './least-squares.js';
import { durationText, remainingTime } from './remaining-time.js';

test('the loss is smallest at the closed form', () => {
  const points: Point[] = [
    [-2, 1],
    [0, 2.5],
    [1, -1],
    [3, 4],
  ];
  const { slope, intercept, loss, lossOf } = leastSquares(points);
  const lossAt = (w: number, b: number) => points.reduce((sum, [x, y]) => sum + (w * x + b - y) ** 2, 0) / 4;
  expect(loss).toBeCloseTo(lossAt(slope, intercept), 12);
  expect(lossOf(0.3, -2)).toBeCloseTo(lossAt(0.3, -2), 12);
  expect(
    leastSquares([
      [1, 2],
      [1, 4],
    ]).lossOf(3, 1),
  ).toBeCloseTo((2 ** 2 + 0) / 2, 12); // all x equal
  for (const step of [1e-3, -1e-3]) {
    expect(lossAt(slope + step, intercept)).toBeGreaterThan(loss);
    expect(lossAt(slope, intercept + step)).toBeGreaterThan(loss);
  }
  expect(leastSquares([[1, 2]])).toMatchObject({ slope: 0, intercept: 2, loss: 0 });
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

test('the height between the points of a ground is interpolated, and beyond its edge it is that of the edge', () => {
  const heights = [0, 1, 2, 3]; // the second row lies at the back
  expect(heightAt(heights, 2, [-1, -1])).toBe(0);
  expect(heightAt(heights, 2, [0, -1])).toBe(0.5);
  expect(heightAt(heights, 2, [0, 0])).toBe(1.5);
  expect(heightAt(heights, 2, [9, 1])).toBe(3);
});

test('the remaining time follows the last steps, and a pause does not count', () => {
  const remaining = remainingTime();
  expect(remaining.add(1, 1000, 100)).toBeUndefined();
  expect(remaining.add(2, 1100, 100)).toBe(9800);
  expect(remaining.add(11, 3000, 100)).toBe(200 * 89);
  remaining.reset();
  expect(remaining.add(12, 60_000, 100)).toBeUndefined();
  expect(remaining.add(13, 60_010, 100)).toBe(870);
  for (let step = 14; step <= 100; step++) remaining.add(step, 60_010 + 1000 * (step - 13), 200);
  expect(remaining.add(101, 60_010 + 88_000, 200)).toBe(99_000); // the fast first step is forgotten
});

test.each([
  [400, 'less than a second'],
  [1000, 'about 1 second'],
  [41_200, 'about 40 seconds'],
  [150_000, 'about 3 minutes'],
  [7_300_000, 'about 2 hours'],
])('%d milliseconds are %s', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));
