/** The library on real vectors: what the literature reports of them holds. */
import { readFixtureText } from '@residual/testkit/read-fixture';
import { englishWords } from '@residual/word-vectors-en';
import { beforeAll, expect, test } from 'vitest';
import {
  analogy,
  arithmetic,
  complete,
  debias,
  direction,
  evaluateAnalogies,
  midpoint,
  nearest,
  oddOneOut,
  parseAnalogies,
  pca,
  project,
  readExpression,
  similarity,
  suggest,
  type WordPair,
  type WordVectors,
  wordVectors,
} from './index.js';

let vectors: WordVectors;
beforeAll(async () => {
  vectors = await wordVectors(englishWords);
});

test('the table has 50,000 int8 words of 100 dimensions', () => {
  expect([vectors.words.length, vectors.dims, vectors.dtype]).toEqual([50_000, 100, 'int8']);
});

test.each([
  ['king - man + woman', 'queen', 0.77],
  ['paris - france + italy', 'rome', 0.819],
  ['walking - walked + swam', 'swimming', 0.708],
  ['doctor - man + woman', 'nurse', 0.773],
])('%s is near to %s', (expression, word, cosine) => {
  const [best] = arithmetic(vectors, expression).neighbours;
  expect(best!.word).toBe(word);
  expect(best!.similarity).toBeCloseTo(cosine, 2);
});

test('the three methods agree on the queen, and an analogy is the same expression', () => {
  for (const method of ['add', 'multiply', 'euclid'] as const)
    expect(arithmetic(vectors, 'king - man + woman', { method, topN: 1 }).neighbours[0]!.word).toBe('queen');
  expect(analogy(vectors, 'man', 'king', 'woman', { topN: 3 })).toEqual(
    arithmetic(vectors, 'king - man + woman', { topN: 3 }).neighbours,
  );
});

test('the accuracy on the analogy set is 64.7 % of the covered questions, as with the original vectors', async () => {
  const questions = parseAnalogies(readFixtureText('analogies/questions-words.txt'));
  const seen: number[] = [];
  const report = await evaluateAnalogies(vectors, questions, { onProgress: ({ done }) => seen.push(done) });
  expect([report.covered, report.total, report.categories.length]).toEqual([17_592, 19_544, 14]);
  expect(Math.abs(report.accuracy - 0.6465)).toBeLessThan(0.002);
  expect(report.categories.reduce((sum, { correct }) => sum + correct, 0)).toBe(report.correct);
  expect(seen.at(-1)).toBe(17_592);
});

test('the odd one out, the midpoint and the neighbours are plausible', () => {
  expect(oddOneOut(vectors, ['breakfast', 'cereal', 'dinner', 'lunch']).odd).toBe('cereal');
  expect(oddOneOut(vectors, ['cat', 'dog', 'car', 'horse']).odd).toBe('car');
  expect(
    midpoint(vectors, ['red', 'yellow'])
      .neighbours.slice(0, 5)
      .map(({ word }) => word),
  ).toContain('blue');
  expect(nearest(vectors, 'frog', { topN: 5 }).map(({ word }) => word)).toContain('toad');
  expect(similarity(vectors, 'cat', 'dog')).toBeGreaterThan(similarity(vectors, 'cat', 'car'));
});

test.each([
  ['king-man+woman', 'king − man + woman', 'queen'],
  ['Paris - France + Italy', 'paris − france + italy', 'rome'],
  ['well-known–famous+twenty-one', '“well-known” − famous + “twenty-one”', undefined],
  ['Web site', 'website', undefined],
])('%s is read as %s', (typed, text, nearest) => {
  const result = arithmetic(vectors, typed);
  expect(result.text).toBe(text);
  if (nearest) expect(result.neighbours[0]!.word).toBe(nearest);
});

test('words of the whole table are read as themselves, alone and next to another word', () => {
  const odd: string[] = [];
  for (const word of vectors.words.filter((word, i) => i % 293 === 0 || (i % 19 === 0 && word.includes('-')))) {
    if (/^[\d.]+(e\d+)?$|^\W+$/.test(word)) continue; // numbers and signs are words in quotes only
    for (const [text, expected] of [
      [word, `${word}`],
      [`king-${word}`, `king ${word}`],
    ] as const) {
      const read = readExpression(vectors, text).terms.map(term => term.word);
      if (read.join(' ') !== expected && !vectors.rows.has(text)) odd.push(`${text}: ${read}`);
    }
  }
  expect(odd).toEqual([]);
});

test('suggestions and completions are sorted by frequency', () => {
  expect(suggest(vectors, 'quene', { topN: 3 })).toContain('queen');
  expect(suggest(vectors, 'womna', { topN: 1 })).toEqual(['woman']);
  expect(complete(vectors, 'quee')[0]).toBe('queen');
  expect(complete(vectors, 'king', { topN: 3 })[0]).toBe('king');
  expect(complete(vectors, 'kin', { topN: 2 }).every(word => word.startsWith('kin'))).toBe(true);
  expect(complete(vectors, 'zzzzz')).toEqual([]);
});

const order = (pairs: readonly WordPair[], words: readonly string[]) =>
  project(vectors, words, direction(vectors, pairs)).map(({ word }) => word);

test('the direction from cat to cats orders numerals by size', () => {
  expect(order([['cat', 'cats']], ['three', 'one', 'four', 'two'])).toEqual(['one', 'two', 'three', 'four']);
  const plural = direction(vectors, [
    ['cat', 'cats'],
    ['dog', 'dogs'],
    ['car', 'cars'],
    ['tree', 'trees'],
  ]);
  const unseen = project(vectors, ['house', 'houses', 'river', 'rivers', 'king', 'kings'], plural);
  expect(
    unseen
      .slice(0, 3)
      .map(({ word }) => word)
      .sort(),
  ).toEqual(['house', 'king', 'river']);
  expect(Math.min(...plural.agreement)).toBeGreaterThan(0.7);
});

test('directions of gender, tense, capitals and comparison from a few pairs separate unseen pairs', () => {
  const cases: { pairs: WordPair[]; low: string[]; high: string[] }[] = [
    {
      pairs: [
        ['man', 'woman'],
        ['king', 'queen'],
        ['he', 'she'],
      ],
      low: ['father', 'uncle', 'actor', 'boy'],
      high: ['mother', 'aunt', 'actress', 'girl'],
    },
    {
      pairs: [
        ['walk', 'walked'],
        ['play', 'played'],
        ['look', 'looked'],
      ],
      low: ['jump', 'talk', 'help', 'open'],
      high: ['jumped', 'talked', 'helped', 'opened'],
    },
    {
      pairs: [
        ['france', 'paris'],
        ['italy', 'rome'],
        ['japan', 'tokyo'],
      ],
      low: ['spain', 'russia', 'egypt', 'poland'],
      high: ['madrid', 'moscow', 'cairo', 'warsaw'],
    },
    {
      pairs: [
        ['big', 'bigger'],
        ['small', 'smaller'],
        ['fast', 'faster'],
      ],
      low: ['strong', 'cheap', 'slow', 'old'],
      high: ['stronger', 'cheaper', 'slower', 'older'],
    },
  ];
  for (const { pairs, low, high } of cases) {
    const placed = order(pairs, [...high, ...low]);
    expect(placed.slice(0, low.length).sort()).toEqual([...low].sort());
  }
});

test('debiasing removes the direction and almost keeps other distances', () => {
  const gender = direction(vectors, [
    ['man', 'woman'],
    ['he', 'she'],
  ]);
  const neutral = debias(vectors, gender, { keep: ['man', 'woman', 'he', 'she', 'king', 'queen'] });
  const [before, after] = [vectors, neutral].map(table => project(table, ['nurse', 'engineer'], gender));
  expect(before![1]!.coordinate - before![0]!.coordinate).toBeGreaterThan(0.2);
  for (const { coordinate: at } of after!) expect(Math.abs(at)).toBeLessThan(1e-6);
  expect(project(neutral, ['queen'], gender)[0]!.coordinate).toBeCloseTo(
    project(vectors, ['queen'], gender)[0]!.coordinate,
    6,
  );
  expect(similarity(neutral, 'apple', 'fruit')).toBeCloseTo(similarity(vectors, 'apple', 'fruit'), 1);
  const only = debias(vectors, gender, { only: ['nurse'] });
  expect(project(only, ['engineer'], gender)[0]!.coordinate).toBeCloseTo(
    project(vectors, ['engineer'], gender)[0]!.coordinate,
    6,
  );
});

test('the principal components of all words are exact, sorted and reproducible', () => {
  const projection = pca(vectors, { dims: 3 });
  expect(projection.points).toHaveLength(150_000);
  const [first, second, third] = projection.explainedVarianceRatio as [number, number, number];
  expect(first > second && second > third).toBe(true);
  expect(first).toBeCloseTo(0.0506, 3);
  expect(pca(vectors, { dims: 3 }).points).toEqual(projection.points);
});
