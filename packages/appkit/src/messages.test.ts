import { expect, test } from 'vitest';
import { messageOf } from './messages.js';

test('a message has the labels of controls and no names of functions', () => {
  const labelOf = (option: string) => ({ topP: 'Top-p', numBeams: 'Beams' })[option];
  const shown = (text: string) => messageOf(new Error(text), labelOf);
  expect(shown('generate: topP is 2; it must be above 0 and at most 1')).toBe(
    '“Top-p” is 2; it must be above 0 and at most 1.',
  );
  expect(shown('translate: numBeams is 2.5; it must be a whole number, 1 or more')).toBe(
    '“Beams” is 2.5; it must be a whole number, 1 or more.',
  );
  expect(shown('encoderDecoder: source: 3 do not fit 5')).toBe('3 do not fit 5.');
  expect(shown('config.json: this file is unknown')).toBe('config.json: this file is unknown.');
  expect(shown('What is 2: a number?')).toBe('What is 2: a number?');
});

test('a programming error is reported as one, and a lost connection as one', () => {
  expect(messageOf(new TypeError("Cannot read properties of undefined (reading 'x')"))).toBe(
    "Something is broken in this page: Cannot read properties of undefined (reading 'x')",
  );
  expect(messageOf(new TypeError('Failed to fetch'))).toContain('the server does not answer');
  expect(messageOf('no more of it')).toBe('No more of it.');
  expect(messageOf('there is "kin"')).toBe('There is "kin".');
  expect(messageOf('it said “Stop!”')).toBe('It said “Stop!”');
});
