import { expect, test } from 'vitest';
import { expectInteger, expectValue, type IntegerRange, ResidualError } from './index.js';

test('a value that does not fit is named with what would fit; it is abbreviated', () => {
  expectValue(true, 'walk', 'pace', 2, 'a number above 0');
  expect(() => expectValue(false, 'walk', 'pace', -2, 'a number above 0')).toThrow(
    new ResidualError('option', 'walk: pace is -2; it must be a number above 0'),
  );
  expect(() => expectValue(false, 'walk', 'pace', { by: '2' }, 'a number', 'range')).toThrow(
    new ResidualError('range', 'walk: pace is {"by":"2"}; it must be a number'),
  );
});

const refused: [unknown, IntegerRange, string][] = [
  [1.5, {}, '1.5; it must be a whole number, 0 or more'],
  [-1, {}, '-1; it must be a whole number, 0 or more'],
  [NaN, {}, 'NaN; it must be a whole number, 0 or more'],
  [Infinity, {}, 'Infinity; it must be a whole number, 0 or more'],
  ['3', {}, '"3"; it must be a whole number, 0 or more'],
  [undefined, { min: 1 }, 'undefined; it must be a whole number, 1 or more'],
  [8, { min: 1, max: 7 }, '8; it must be a whole number from 1 to 7'],
  [-2, { max: 7 }, '-2; it must be a whole number from 0 to 7'],
];

test.each(refused)('%j is refused for the range %j', (value, range, text) => {
  expect(() => expectInteger('walk', 'steps', value, range)).toThrow(
    new ResidualError('option', `walk: steps is ${text}`),
  );
});

test('a whole number in the range passes; the code of the error is the one given', () => {
  expectInteger('walk', 'steps', 0);
  expectInteger('walk', 'steps', 7, { max: 7 });
  expectInteger('walk', 'steps', -2, { min: -2 });
  expect(() => expectInteger('walk', 'steps', -3, { min: -2, code: 'range' })).toThrow(
    expect.objectContaining({ code: 'range' }),
  );
});
