import { expect, test } from 'vitest';
import { contextOf } from '../test/rows.js';
import { thrownMessage } from '../test/thrown.js';
import { finishReason } from './finish-reason.js';

test('an end token ends the sequence if it was generated, not in the prompt', () => {
  const reason = finishReason({ eosTokenId: [2, 5] });
  expect(reason(contextOf([1, 5], 1))).toBe('eos');
  expect(reason(contextOf([1, 5], 2))).toBe(undefined);
  expect(reason(contextOf([1, 5, 3], 1))).toBe(undefined);
});

test('maxNewTokens counts from the prompt; 0 ends at once', () => {
  const reason = finishReason({ maxNewTokens: 2 });
  expect(reason(contextOf([7, 7, 7], 2))).toBe(undefined);
  expect(reason(contextOf([7, 7, 7, 7], 2))).toBe('length');
  expect(finishReason({ maxNewTokens: 0 })(contextOf([7, 7]))).toBe('length');
});

test('maxLength counts the prompt', () => {
  const reason = finishReason({ maxLength: 3 });
  expect(reason(contextOf([7, 7], 1))).toBe(undefined);
  expect(reason(contextOf([7, 7, 7], 1))).toBe('positions');
});

test('an end token comes before maxNewTokens, maxNewTokens before maxLength', () => {
  const reason = finishReason({ eosTokenId: 2, maxNewTokens: 1, maxLength: 2 });
  expect(reason(contextOf([7, 2], 1))).toBe('eos');
  expect(reason(contextOf([7, 7], 1))).toBe('length');
});

test('errors name the option and its value', () => {
  expect(thrownMessage(() => finishReason({ maxNewTokens: -1 }))).toBe(
    'sampling: maxNewTokens is -1; it must be a whole number, 0 or more',
  );
  expect(thrownMessage(() => finishReason({ maxLength: 0.5 }))).toBe(
    'sampling: maxLength is 0.5; it must be a whole number, 1 or more',
  );
  expect(thrownMessage(() => finishReason({ eosTokenId: -1 }))).toBe(
    'sampling: eosTokenId is -1; it must be a token id (0, 1, 2, ...) or a list of them',
  );
});
