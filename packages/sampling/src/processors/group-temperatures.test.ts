import { expect, test } from 'vitest';
import { contextOf, softmaxInFloat64 } from '../../test/rows.js';
import { thrownMessage } from '../../test/thrown.js';
import { groupTemperatures } from './group-temperatures.js';

test('within a group the choice is sharper or flatter, and groups stay as likely', () => {
  const row = Float32Array.of(2, -1, 0.5, 1, 3, -Infinity);
  const before = softmaxInFloat64(row);
  const groups = [
    { from: 0, to: 3, temperature: 0.5 },
    { from: 4, to: 6, temperature: 2 },
  ];
  const after = softmaxInFloat64(groupTemperatures(groups)(row, contextOf()));
  const sharper = before.slice(0, 3).map(p => p ** 2);
  const share = (before[0]! + before[1]! + before[2]!) / sharper.reduce((a, b) => a + b);
  const expected = [...sharper.map(p => p * share), ...before.slice(3)];
  for (const [id, p] of after.entries()) expect(p).toBeCloseTo(expected[id]!, 6);
});

test('groups of which nothing can be chosen, or that lie behind the vocabulary, change nothing', () => {
  const row = Float32Array.of(1, -Infinity, -Infinity);
  const groups = [1, 5].map(from => ({ from, to: from + 2, temperature: 0.1 }));
  expect([...groupTemperatures(groups)(row, contextOf())]).toEqual([...row]);
});

test('what does not fit is refused', () => {
  const refusal = (groups: unknown) => thrownMessage(() => groupTemperatures(groups as never));
  expect(refusal(5)).toBe('sampling: groupTemperatures is 5; it must be a list of { from, to, temperature }');
  expect(refusal([{ from: 2, to: 2, temperature: 1 }])).toBe(
    'sampling: to of groupTemperatures is 2; it must be a whole number, 3 or more',
  );
  expect(refusal([7])).toBe('sampling: from of groupTemperatures is undefined; it must be a whole number, 0 or more');
  expect(refusal([{ from: 0, to: 2, temperature: 0 }])).toBe(
    'sampling: temperature of groupTemperatures is 0; it must be a number above 0',
  );
});
