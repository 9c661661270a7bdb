import { expect, test } from 'vitest';
import { outline, ribbonsOf } from './ribbon-layout.js';

const boxes = (edge: number, ...along: number[]) => along.map(at => ({ along: at, size: 10, edge }));

test('at a target word the ribbons are in the order of the source, each as wide as its weight', () => {
  const ribbons = ribbonsOf([0.5, 0.25, 0.01], boxes(0, 0, 20, 40), boxes(100, 7));
  expect(ribbons.map(({ source, target, weight, to }) => [source, target, weight, ...to])).toEqual([
    [0, 0, 0.5, 7, 12],
    [1, 0, 0.25, 12, 14.5],
  ]); // what is under 0.02 is not drawn
});

test('at a source word whose weights sum to more than 1, the ribbons share its width', () => {
  const ribbons = ribbonsOf([1, 0.5, 0.5], boxes(0, 30), boxes(100, 0, 20, 40));
  expect(ribbons.map(({ from }) => from)).toEqual([
    [30, 35],
    [35, 37.5],
    [37.5, 40],
  ]);
  const [alone] = ribbonsOf([0.5], boxes(0, 30), boxes(100, 0));
  expect(alone!.from).toEqual([30, 35]);
});

test('an outline connects the edges; upright, its axes are exchanged', () => {
  const ribbon = { source: 0, target: 0, weight: 1, from: [1, 2] as const, to: [5, 7] as const };
  expect(outline(ribbon, 0, 10, false)).toBe('M1 0C1 5 5 5 5 10L7 10C7 5 2 5 2 0Z');
  expect(outline(ribbon, 0, 10, true)).toBe('M0 1C5 1 5 5 10 5L10 7C5 7 5 2 0 2Z');
});
