import { expect, test } from 'vitest';
import { after } from '../test/rows.js';
import { thrown } from '../test/thrown.js';
import { finishReason } from './finish-reason.js';

test('an end token ends the row where it was chosen, not in the prompt', () => {
  const reason = finishReason({ eos: [2, 5] });
  expect(reason(after([1, 5], 1))).toBe('eos');
  expect(reason(after([1, 5], 2))).toBe(undefined);
  expect(reason(after([1, 5, 3], 1))).toBe(undefined);
});

test('maxNewTokens counts from the prompt; 0 ends at once', () => {
  const reason = finishReason({ maxNewTokens: 2 });
  expect(reason(after([7, 7, 7], 2))).toBe(undefined);
  expect(reason(after([7, 7, 7, 7], 2))).toBe('length');
  expect(finishReason({ maxNewTokens: 0 })(after([7, 7]))).toBe('length');
});

test('positions count the prompt', () => {
  const reason = finishReason({ positions: 3 });
  expect(reason(after([7, 7], 1))).toBe(undefined);
  expect(reason(after([7, 7, 7], 1))).toBe('positions');
});

test('an end token comes before the length, the length before the positions', () => {
  const reason = finishReason({ eos: 2, maxNewTokens: 1, positions: 2 });
  expect(reason(after([7, 2], 1))).toBe('eos');
  expect(reason(after([7, 7], 1))).toBe('length');
});

test('errors say what does not fit', () => {
  expect(thrown(() => finishReason({ maxNewTokens: -1 }))).toBe(
    'sampling: maxNewTokens is -1; it must be a whole number from 0 on',
  );
  expect(thrown(() => finishReason({ positions: 0.5 }))).toBe(
    'sampling: positions is 0.5; it must be a whole number from 1 on',
  );
  expect(thrown(() => finishReason({ eos: -1 }))).toBe(
    'sampling: eos is -1; it must be a token id (0, 1, 2, ...) or a list of them',
  );
});
