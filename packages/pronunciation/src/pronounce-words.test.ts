import { expect, test } from 'vitest';
import { type LettersToSounds, pronounceWords } from './index.js';

/** A model that says each letter by the table, and notes what it is asked. */
const speller = (table: Readonly<Record<string, string>>) => {
  const asked: string[] = [];
  const model: LettersToSounds<{ readonly numBeams?: number }> = {
    translate: texts => {
      asked.push(...texts);
      const spell = (text: string) =>
        text
          .split(' ')
          .map(letter => table[letter] ?? '')
          .join(' ');
      return { result: async () => texts.map(text => ({ translation: spell(text) })) };
    },
  };
  return { asked, model };
};

test('letters go to the model apart, each word once, and come back as phones', async () => {
  const { asked, model } = speller({ a: 'AE1', b: 'B', x: 'K S' });
  const sounds = await pronounceWords(['ab', "x'a", 'ab', 'f.'], model);
  expect([...sounds]).toEqual([
    ['ab', ['AE1', 'B']],
    ["x'a", ['K', 'S', 'AE1']],
    ['f.', []],
  ]);
  expect(asked).toEqual(['a b', "x ' a", 'f']);
  expect([...(await pronounceWords([], model))]).toEqual([]);
});

test('a long word is read in parts', async () => {
  const { asked, model } = speller({ a: 'AE1' });
  const word = 'a'.repeat(50);
  expect((await pronounceWords([word], model)).get(word)).toHaveLength(50);
  expect(asked.map(text => text.split(' ').length)).toEqual([24, 24, 2]);
});

test('other characters, and answers that are no phones, are refused', async () => {
  const { model } = speller({ a: 'la', b: '' });
  await expect(pronounceWords(['Ab'], model)).rejects.toThrow(
    'pronounceWords: "Ab" is no word of small letters from a to z and apostrophes',
  );
  await expect(pronounceWords(['a'], model)).rejects.toThrow(
    'the model answers "la" for "a", which is no phone; it must have been trained on letters and phones',
  );
});
