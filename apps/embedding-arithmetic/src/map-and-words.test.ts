import { expect, test } from 'vitest';
import { arrowsOf, familyDrawing, marksOf } from './arrows.js';
import { directions, directionTexts } from './directions.js';
import { tokenIndexOf } from './drift.js';
import { wordsBefore } from './expression-input.js';
import { families, familiesIn, familyChoices, toggleFamily } from './families.js';
import { momentAt } from './map-motion.js';
import { boundsOf, nearestPoint, projectRow, visibleWords } from './map-projection.js';
import { pairsIn } from './pairs.js';
import { address, preset } from './settings.js';
import { placeWords } from './word-line.js';

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

test('pairs in the address are a direction of their own, also in old links', () => {
  expect(directionTexts(preset)).toMatchObject({ pairs: 'cat cats', preset: directions.number });
  expect(directionTexts(address.settingsFrom('#pairs=walk+walked&words=go+went'))).toEqual({
    pairs: 'walk walked',
    words: 'go went',
    checks: '',
    preset: undefined,
  });
  expect(directionTexts({ ...preset, direction: 'own' })).toMatchObject({ pairs: '', preset: undefined });
});

test('the pairs of a direction are tested on other pairs, and no pair stands twice', () => {
  for (const { pairs, checks } of Object.values(directions)) {
    const lines = pairsIn(checks).map(pair => pair.join(' '));
    expect(lines).toEqual([...new Set(lines)]);
    expect(lines).not.toContain(pairs);
    expect(lines.length).toBeGreaterThan(35);
  }
});

test('up to three families are chosen, in one order; each choice is a value of the address', () => {
  expect(toggleFamily('', 'past')).toBe('past');
  expect(toggleFamily('past', 'capitals')).toBe('capitals past');
  expect(toggleFamily('capitals past', 'past')).toBe('capitals');
  expect(toggleFamily('capitals genders past', 'young')).toBe('genders past young');
  expect(familiesIn('past capitals').map(({ name }) => name)).toEqual(['Past tense', 'Capitals']);
  const [count] = [Object.keys(families).length];
  expect(familyChoices()).toHaveLength(1 + count + (count * (count - 1)) / 2 + (count * (count - 1) * (count - 2)) / 6);
  expect(familyChoices()).toContain('capitals genders past');
});

test('words of a line are in the lowest lane that is free, within the width', () => {
  const words = [
    { x: 0, width: 40 },
    { x: 30, width: 40 },
    { x: 70, width: 40 },
    { x: 100, width: 40 },
  ];
  expect(placeWords(words, 100)).toEqual([
    { lane: 0, left: 0, x: 0 },
    { lane: 1, left: 10, x: 30 },
    { lane: 0, left: 50, x: 70 },
    { lane: 1, left: 60, x: 100 },
  ]);
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

test('each pair of a family is an arrow with two marks in the colour of the family', () => {
  const points = Float32Array.of(0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const family = (rows: [number, number][]) => ({
    rows,
    steps: [],
    shared: new Float64Array(0),
    tally,
    pairTallies: [],
  });
  const tally = { covered: 0, correct: 0, total: 0, accuracy: 0 };
  const { arrows, marks } = familyDrawing({ points, families: [family([[0, 1]]), family([[3, 2]])] });
  expect(arrows).toEqual([
    { from: [0, 0, 0], to: [1, 2, 3], kind: 'family', family: 0 },
    { from: [7, 8, 9], to: [4, 5, 6], kind: 'family', family: 1 },
  ]);
  expect(marks.map(({ row, family }) => [row, family])).toEqual([
    [0, 0],
    [1, 0],
    [3, 1],
    [2, 1],
  ]);
});

test('the step lifts off, moves over without turning, and lands where the still picture has it', () => {
  const arrows = [
    { from: [0, 0, 0], to: [2, 4, 6], kind: 'step' },
    { from: [10, 0, 0], to: [12, 4, 6], kind: 'same' },
    { from: [12, 4, 6], to: [13, 5, 7], kind: 'near' },
  ] as const;
  const kinds = (share: number) => momentAt(arrows, share).arrows.map(({ kind }) => kind);
  expect([kinds(0), kinds(0.1), kinds(0.5)]).toEqual([[], ['step'], ['step', 'trace', 'trace', 'same']]);
  expect(momentAt(arrows, 1)).toEqual({ arrows, light: 1 });
  expect(momentAt(arrows, 0.5).light).toBe(0);
  const tails = [0.3, 0.4, 0.5, 0.6, 0.74].map(share => {
    const { from, to } = momentAt(arrows, share).arrows.find(({ kind }) => kind === 'same')!;
    for (const [k, step] of [2, 4, 6].entries()) expect(to[k]! - from[k]!).toBeCloseTo(step, 12);
    return from[0]!;
  });
  expect(tails).toEqual([0, ...tails.slice(1, 4), 10]);
  expect(tails).toEqual([...tails].sort((a, b) => a - b));
  const sum = [arrows[0], { ...arrows[0], from: [1, 1, 1] }];
  expect(momentAt(sum, 0.3).arrows[0]!.to).not.toEqual(momentAt(sum, 0.3).arrows[1]?.to);
  expect(momentAt(sum, 0.999).arrows).toEqual(sum);
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
