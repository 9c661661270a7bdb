import { expect, test } from 'vitest';
import { messageOf } from './messages.js';

test('a message names controls as the page does, and no functions', () => {
  const labelOf = (option: string) => ({ topP: 'Top-p', numBeams: 'Beams' })[option];
  const said = (text: string) => messageOf(new Error(text), labelOf);
  expect(said('generate: topP is 2; it must be above 0 and at most 1')).toBe(
    '“Top-p” is 2; it must be above 0 and at most 1.',
  );
  expect(said('translate: numBeams is 2.5; it must be a whole number, 1 or more')).toBe(
    '“Beams” is 2.5; it must be a whole number, 1 or more.',
  );
  expect(said('encoderDecoder: source: 3 do not fit 5')).toBe('3 do not fit 5.');
  expect(said('config.json: of this file nothing is known')).toBe('config.json: of this file nothing is known.');
  expect(said('What is 2: a number?')).toBe('What is 2: a number?');
});

test('what is no message for anyone is said as what it is, and a lost connection as that', () => {
  expect(messageOf(new TypeError("Cannot read properties of undefined (reading 'x')"))).toBe(
    "Something went wrong in this page that should not: Cannot read properties of undefined (reading 'x')",
  );
  expect(messageOf(new TypeError('Failed to fetch'))).toContain('the server does not answer');
  expect(messageOf('no more of it')).toBe('No more of it.');
});
