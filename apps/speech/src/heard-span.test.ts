import { expect, test } from 'vitest';
import { heardSpan } from './heard-span.js';

test('a word was heard where the middle of its attention lies', () => {
  const weights = Float32Array.from([0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0]);
  const { start, end } = heardSpan({ start: 0, end: 9, attention: { start: 10, step: 0.1, weights } });
  expect(start).toBeCloseTo(10.26, 6); // 15 % of the mass: 0.6 of the third position
  expect(end).toBeCloseTo(10.54, 6);
});

test('without attention it was heard at its time', () => {
  expect(heardSpan({ start: 1, end: 2 })).toEqual({ start: 1, end: 2 });
  const attention = { start: 0, step: 1, weights: new Float32Array(3) };
  expect(heardSpan({ start: 1, end: 2, attention })).toEqual({ start: 1, end: 2 });
});
