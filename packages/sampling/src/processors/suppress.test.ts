import { expect, test } from 'vitest';
import { after, kept } from '../../test/rows.js';
import { thrown } from '../../test/thrown.js';
import { suppress, suppressAtBegin } from './suppress.js';

const row = () => new Float32Array(5);

test('suppressed tokens go always; ids outside the vocab are passed over', () => {
  expect(kept(suppress([1, 3, 99])(row(), after([0])))).toEqual([0, 2, 4]);
  expect(kept(suppress(4)(row(), after()))).toEqual([0, 1, 2, 3]);
});

test('tokens suppressed at the beginning go for the first token after the prompt only', () => {
  const process = suppressAtBegin([1, 3]);
  expect(kept(process(row(), after([0, 0], 2)))).toEqual([0, 2, 4]);
  expect(kept(process(row(), after([0, 0, 0], 2)))).toEqual([0, 1, 2, 3, 4]);
});

test('a forced beginning after one start token moves the beginning by one', () => {
  const process = suppressAtBegin([1, 3], true);
  expect(kept(process(row(), after([0], 1)))).toEqual([0, 1, 2, 3, 4]);
  expect(kept(process(row(), after([0, 2], 1)))).toEqual([0, 2, 4]);
  expect(kept(process(row(), after([0, 2], 2)))).toEqual([0, 2, 4]);
});

test('errors show the ids', () => {
  const need = 'it must be a token id (0, 1, 2, ...) or a list of them';
  expect(thrown(() => suppress([1.5]))).toBe(`sampling: suppress is [1.5]; ${need}`);
  expect(thrown(() => suppressAtBegin([]))).toBe(`sampling: suppressAtBegin is []; ${need}`);
});
