import { expect, test } from 'vitest';
import { fileKinds } from './kinds.js';
import { runFuzz } from './run-fuzz.js';

const kinds = await fileKinds();

test('there are kinds of files', () => {
  expect(kinds.length).toBeGreaterThan(5);
});

test.each(kinds.filter(({ isFuzzed }) => isFuzzed))(
  '2,500 inputs of $name are read or refused with an error of ours',
  async ({ module, target }) => {
    const { inputs, read, refused, defects } = await runFuzz(module, { target, inputs: 2_500 });
    expect(defects.slice(0, 5)).toEqual([]);
    expect(inputs).toBe(2_500);
    // Both ways were taken.
    expect(Math.min(read, refused)).toBeGreaterThan(50);
  },
);
