import { expect, test } from 'vitest';
import { mutateText, randomFrom } from './mutate.js';

test('any part of a text is changed, not only the first of its kind', () => {
  const parts = ['b', 'c', 'd', 'f', 'g', 'h'];
  const missing = new Set<string>();
  for (let index = 0; index < 500; index++) {
    const mutated = mutateText(randomFrom(index), parts.join(' '));
    const lost = parts.filter(part => !mutated.includes(part));
    if (lost.length === 1) missing.add(lost[0]!);
  }
  expect([...missing].sort()).toEqual(parts);
});
