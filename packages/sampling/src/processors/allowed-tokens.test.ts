import { expect, test } from 'vitest';
import { contextOf } from '../../test/rows.js';
import { allowedTokens } from './allowed-tokens.js';

test('only the allowed tokens stay, with their logits', () => {
  const process = allowedTokens(({ tokens }) => (tokens[tokens.length - 1] === 0 ? [1, 3] : new Set([2])));
  const row = Float32Array.of(1, 2, 3, 4);
  expect([...process(row, contextOf([5, 0]))]).toEqual([-Infinity, 2, -Infinity, 4]);
  expect([...process(row, contextOf([0, 5]))]).toEqual([-Infinity, -Infinity, 3, -Infinity]);
});

test('a suppressed token stays suppressed, an id outside the vocab is ignored', () => {
  const process = allowedTokens(() => [0, 1, 9]);
  expect([...process(Float32Array.of(-Infinity, 2, 3), contextOf())]).toEqual([-Infinity, 2, -Infinity]);
});
