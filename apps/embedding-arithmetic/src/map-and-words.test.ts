import { expect, test } from 'vitest';
import { arrowsOf, marksOf } from './arrows.js';
import { pairsIn } from './direction-view.js';
import { tokenIndexOf } from './drift.js';
import { wordsBefore } from './expression-input.js';
import { boundsOf, nearestPoint, projectRow, visibleWords } from './map-projection.js';
import { address, preset } from './settings.js';

test('the address holds settings that differ from the preset; invalid values are ignored', () => {
  const settings = { ...preset, expression: 'a + "b c"', view: '3d', pairs: 'x y\nu v' } as const;
  expect(address.hashOf(preset)).toBe('');
  expect(address.settingsFrom(`#${address.hashOf(settings)}`)).toEqual(settings);
  expect(address.settingsFrom('#view=4d&table=other&method=&unknown=1')).toEqual(preset);
});

test('the word being typed ends at the caret; a minus before it is not part of it, a hyphen may be', () => {
  expect(wordsBefore('king - man', 10)).toEqual([{ start: 7, word: 'man' }]);
  expect(wordsBefore('king - man', 3)).toEqual([{ start: 0, word: 'kin' }]);
  expect(wordsBefore('king -ma', 8)).toEqual([{ start: 6, word: 'ma' }]);
  expect(wordsBefore('king−ma', 7)).toEqual([{ start: 5, word: 'ma' }]);
  expect(wordsBefore('2*(well-kn', 10)).toEqual([
    { start: 3, word: 'well-kn' },
    { start: 8, word: 'kn' },
  ]);
  expect(wordsBefore('king - ', 7)).toEqual([{ start: 7, word: '' }]);
});

test('a pair is a line of two words', () => {
  expect(pairsIn(' cat  cats \n\nman woman\n')).toEqual([
    ['cat', 'cats'],
    ['man', 'woman'],
  ]);
  expect(() => pairsIn('a b\nc')).toThrow('“c” has 1 word; each line needs 2');
});

test('the last occurrence of a word is found, also in several tokens, but not inside of other words', () => {
  expect(tokenIndexOf({ texts: ['He', ' ran', ' and', ' ran'] }, 'ran')).toBe(3);
  expect(tokenIndexOf({ texts: ['a', ' fl', 'uffy', ' cat'] }, 'fluffy')).toBe(2);
  expect(() => tokenIndexOf({ texts: ['a', ' wat', 'er'] }, 'er')).toThrow('“er” is not a word of “a water”');
});

const answerWith = (terms: [number, number][], tip = [9, 9, 9]) => ({
  text: '',
  terms: terms.map(([row, factor]) => ({ word: `w${row}`, row, factor })),
  neighbours: [
    { word: 'w3', row: 3, similarity: 1, score: 1 },
    { word: 'w4', row: 4, similarity: 1, score: 1 },
  ],
  points: Float32Array.of(1, 0, 0, 0, 1, 0, 5, 5, 1, 8, 8, 8, 0, 0, 2),
  tip,
  shares: [],
});

test('a - b + c has two equal steps as arrows; other sums have arrows from their words to the result', () => {
  const near = { from: [9, 9, 9], to: [8, 8, 8], kind: 'near' };
  const classic = answerWith([
    [0, 1],
    [1, -1],
    [2, 1],
  ]);
  expect(arrowsOf(classic)).toEqual([
    { from: [0, 1, 0], to: [1, 0, 0], kind: 'step' },
    { from: [5, 5, 1], to: [6, 4, 1], kind: 'same' },
    near,
  ]);
  expect(marksOf(classic).map(({ kind }) => kind)).toEqual(['term', 'term', 'term', 'answer', 'neighbour']);
  const weighted = answerWith([
    [0, 0.5],
    [1, 1],
  ]);
  expect(arrowsOf(weighted)).toEqual([
    { from: [1, 0, 0], to: [9, 9, 9], kind: 'step' },
    { from: [0, 1, 0], to: [9, 9, 9], kind: 'step' },
    near,
  ]);
  expect(arrowsOf(answerWith([[0, 1]]))).toEqual([]);
  expect(arrowsOf(answerWith(Array.from({ length: 9 }, () => [0, 1])))).toEqual([]);
});

const screen = { matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1], depth: 0, width: 200, height: 100 };
const points = Float32Array.of(0, 0, 1, 0.5, 0.5, 0, -0.5, -0.5, 0, -0.49, -0.5, 0);

test('points become pixels from the upper left; the third axis counts only with depth', () => {
  expect(projectRow(points, 0, screen)).toEqual([100, 50]);
  expect(projectRow(points, 0, { ...screen, depth: 1 })).toEqual([150, 50]);
  expect(projectRow(points, 1, screen)).toEqual([150, 25]);
  expect(nearestPoint(points, screen, 148, 27)).toBe(1);
  expect(nearestPoint(points, screen, 20, 20)).toBeUndefined();
});

test('the most frequent words are labelled where there is space, without marked words and signs', () => {
  const words = ['the', 'of', 'and', 'to'];
  const large = { ...screen, width: 800, height: 400 };
  const labels = (marked: number[]) =>
    visibleWords(
      points,
      words,
      large,
      marked.map(row => ({ row, kind: 'term' as const })),
    ).map(({ text }) => text);
  expect(labels([])).toEqual(['the', 'of', 'and']);
  expect(labels([2])).toEqual(['the', 'of']);
  expect(visibleWords(points, ['the', '-', '42', 'to'], large, []).map(({ text }) => text)).toEqual(['the', 'to']);
});

test('the bounds contain the words of the expression, the answer and the ends of arrows', () => {
  const marks = [
    { row: 1, kind: 'term' },
    { row: 2, kind: 'answer' },
    { row: 0, kind: 'neighbour' },
  ] as const;
  expect(boundsOf({ points, marks, arrows: [{ from: [1.5, 0, 0], to: [0, 0, 0] }] })).toEqual({
    centre: [0.5, 0, 0],
    points: [
      [0.5, 0.5, 0],
      [-0.5, -0.5, 0],
      [1.5, 0, 0],
      [0, 0, 0],
    ],
  });
});
