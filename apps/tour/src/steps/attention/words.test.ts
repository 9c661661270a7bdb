import { expect, test } from 'vitest';
import { nothing, phraseOf, stagesOf, toggled, wordsOf } from './words.js';

const texts = ['Once', ' upon', ' a', ' time', ',', ' a', ' flu', 'ffy', ' blue', ' creat', 'ure', ' lived'];
const textsOf = ({ before, away }: ReturnType<typeof phraseOf>) => away.map(i => before[i]!.text);

test('tokens are grouped into words and marks', () => {
  const words = wordsOf(texts);
  expect(words.map(({ text }) => text)).toEqual('Once upon a time , a fluffy blue creature lived'.split(' '));
  expect(words[6]).toEqual({ text: 'fluffy', start: 6, end: 8 });
  expect(wordsOf(['He', ' did', "n't", ' "', 'go', '".']).map(({ text }) => text)).toEqual([
    'He',
    "didn't",
    '"',
    'go',
    '".',
  ]);
});

test('the words of the phrase are those after the last article or mark', () => {
  expect(textsOf(phraseOf(texts, 9, ''))).toEqual(['fluffy', 'blue']);
  expect(textsOf(phraseOf(['The', ' hungry', ' cat'], 2, ''))).toEqual(['hungry']);
});

test('without a phrase the last word is taken away, and nothing before the first word or after a mark', () => {
  expect(textsOf(phraseOf(texts, 3, ''))).toEqual(['a']);
  expect(textsOf(phraseOf(texts, 0, ''))).toEqual([]);
  expect(textsOf(phraseOf(['Stop', '!', ' Go'], 2, ''))).toEqual([]);
});

test('the setting names the words that are taken away; names that are not there are ignored', () => {
  expect(textsOf(phraseOf(texts, 9, 'Once blue'))).toEqual(['Once', 'blue']);
  expect(textsOf(phraseOf(texts, 9, 'green'))).toEqual(['fluffy', 'blue']);
  expect(textsOf(phraseOf(texts, 9, nothing))).toEqual([]);
});

test('a word is taken away and given back', () => {
  const phrase = phraseOf(texts, 9, 'blue');
  const [fluffy, blue] = [6, 7];
  expect(toggled(phrase, fluffy)).toBe('blue fluffy');
  expect(toggled(phrase, blue)).toBe(nothing);
});

test('only the last eight words can be taken away', () => {
  const long = [...'abcdefghijk'].map(letter => ` ${letter}`);
  expect(phraseOf(long, 10, '').free).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
});

test('the stages give the words back one by one, and end at the token', () => {
  const phrase = phraseOf(texts, 9, '');
  expect(stagesOf(phrase, texts, 9).map(stage => stage.join(''))).toEqual([
    'Once upon a time, a creat',
    'Once upon a time, a fluffy creat',
    'Once upon a time, a fluffy blue creat',
  ]);
});
