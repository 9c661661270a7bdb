import { expect, test } from 'vitest';
import { namesFrom, storyOf } from './name-numbers.js';
import { nameSentence, potterSentence, share } from './sentences.js';

test('a small probability has more digits, and a tiny one is one in so many', () => {
  expect([0.9573, 0.0036, 0.00001, 0].map(share)).toEqual(['95.7%', '0.36%', '<0.01%', '0%']);
  expect(potterSentence(0.001, 3.37e-11, [])).toContain('of one in 30,000,000,000 if it began with “Harry”');
});

test('sentences compare the same name after two beginnings', () => {
  expect(nameSentence('Lily', 'Lily', 0.957, 0.957)).toBe(
    'A story that begins with “Lily” comes back to “Lily” with a probability of 95.7%.',
  );
  expect(nameSentence('Sue', 'Lily', 0.0036, 0.957)).toBe(
    'If the story begins with “Sue”, the model expects “Lily” at its end with 0.36%, 270 times less than the 95.7% ' +
      'after a beginning with “Lily”.',
  );
  expect(potterSentence(0.001, 1e-10, [' H', 'arry'])).toContain('“H” “arry”, and it has never met him.');
  expect(potterSentence(0.001, 1e-10, [])).toContain('10,000,000 times as likely');
});

test('names are separated by commas, each once, and a story is told about one of them', () => {
  expect(namesFrom(' Lily, Sue,,Lily , a,b,c,d,e,f,g')).toEqual(['Lily', 'Sue', 'a', 'b', 'c', 'd', 'e', 'f']);
  expect(storyOf('NAME met NAME. ', ' She left', 'Sue')).toBe('Sue met Sue. She left');
});
