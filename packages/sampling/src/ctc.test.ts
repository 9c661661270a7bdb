import { expect, test } from 'vitest';
import { ctcGreedy } from './index.js';

/** Logits of positions at which these tokens are the most likely, the last one of each pair by so much. */
const logitsOf = (best: readonly (readonly [id: number, lead: number])[]) =>
  Float32Array.from(best.flatMap(([id, lead]) => Array.from({ length: 4 }, (_, i) => (i === id ? lead : 0))));
const logprob = (lead: number) => -Math.log(1 + 3 * Math.exp(-lead));

test('repeats are one token, blanks are none, and a blank between two makes them two', () => {
  const path = [
    [0, 1],
    [2, 1],
    [2, 3],
    [0, 1],
    [2, 2],
    [3, 1],
    [3, 1],
  ] as const;
  const tokens = ctcGreedy(logitsOf(path), 4, { blank: 0 });
  expect(tokens.map(({ id, start, end }) => [id, start, end])).toEqual([
    [2, 1, 3],
    [2, 4, 5],
    [3, 5, 7],
  ]);
  expect(tokens.map(token => token.logprob)).toEqual([3, 2, 1].map(lead => expect.closeTo(logprob(lead), 6)));
});

test('another blank, blanks alone, and no position', () => {
  expect(
    ctcGreedy(
      logitsOf([
        [0, 1],
        [3, 1],
        [0, 1],
      ]),
      4,
      { blank: 3 },
    ).map(({ id }) => id),
  ).toEqual([0, 0]);
  expect(
    ctcGreedy(
      logitsOf([
        [1, 1],
        [1, 1],
      ]),
      4,
      { blank: 1 },
    ),
  ).toEqual([]);
  expect(ctcGreedy(new Float32Array(), 4, { blank: 0 })).toEqual([]);
});

test('what does not fit is refused', () => {
  expect(() => ctcGreedy(new Float32Array(7), 4, { blank: 0 })).toThrow(
    'ctcGreedy: the number of logits is 7; it must be a multiple of 4',
  );
  expect(() => ctcGreedy(new Float32Array(8), 4, { blank: 4 })).toThrow(
    'ctcGreedy: blank is 4; it must be a whole number from 0 to 3',
  );
});
