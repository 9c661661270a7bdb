import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thrownMessage } from '../test/thrown.js';
import { stopStrings } from './stop-strings.js';

/** Feeds the chunks; returns the text after each, the rest at the end, and the stop string. */
function feed(strings: string[], chunks: string[]) {
  const watch = stopStrings(strings);
  const steps = chunks.map(chunk => watch.push(chunk));
  return { shown: steps.map(step => step.text), rest: watch.end(), stop: steps.at(-1)?.stop };
}

test('text is returned at once where no stop string can begin', () => {
  expect(feed(['END'], ['a', 'bc', ' d'])).toEqual({ shown: ['a', 'bc', ' d'], rest: '', stop: undefined });
});

test('a possible beginning is held back until it cannot be one', () => {
  expect(feed(['END'], ['a E', 'N', 'T', 'E'])).toEqual({ shown: ['a ', '', 'ENT', ''], rest: 'E', stop: undefined });
});

test('a stop string may span chunks, and ends the text before it', () => {
  expect(feed(['END'], ['a E', 'N', 'D b', 'c'])).toEqual({
    shown: ['a ', '', '', ''],
    rest: '',
    stop: { string: 'END', index: 2 },
  });
});

test('a beginning inside a beginning is not lost', () => {
  expect(feed(['aab'], ['a', 'a', 'a', 'b'])).toEqual({
    shown: ['', '', 'a', ''],
    rest: '',
    stop: { string: 'aab', index: 1 },
  });
  expect(feed(['\n\n'], ['x\n', 'y\n', '\nz'])).toEqual({
    shown: ['x', '\ny', ''],
    rest: '',
    stop: { string: '\n\n', index: 3 },
  });
});

test('the string that is complete first wins, the longer of two at once', () => {
  expect(feed(['bcd', 'c'], ['abcd']).stop).toEqual({ string: 'c', index: 2 });
  expect(feed(['c', 'bc'], ['abcd']).stop).toEqual({ string: 'bc', index: 1 });
  expect(feed(['later', 'now'], ['now and later']).stop).toEqual({ string: 'now', index: 0 });
});

test('without stop strings all text is returned', () => {
  expect(feed([], ['a', 'b'])).toEqual({ shown: ['a', 'b'], rest: '', stop: undefined });
});

test('however the text is cut, the result equals that of single characters', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 19 });
  const strings = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 7 }), strings, (chunks, stops) => {
      const whole = chunks.join('');
      const ends = [...Array(whole.length + 1).keys()];
      const end = ends.find(length => stops.some(stop => whole.slice(0, length).endsWith(stop)));
      const complete = stops.filter(stop => end !== undefined && whole.slice(0, end).endsWith(stop));
      const string = complete.sort((a, b) => b.length - a.length)[0];
      const { shown, rest, stop } = feed(stops, chunks);
      expect(stop).toEqual(string === undefined ? undefined : { string, index: end! - string.length });
      expect(shown.join('') + rest).toBe(string === undefined ? whole : whole.slice(0, end! - string.length));
      // Only the possible beginning of a stop string is held back.
      const held = string === undefined ? rest : '';
      expect(held === '' || stops.some(stop => stop.length > held.length && stop.startsWith(held))).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('an empty stop string is refused', () => {
  expect(thrownMessage(() => stopStrings(['a', '']))).toBe(
    'sampling: stop string 1 is ""; it must be a text, not empty',
  );
});
