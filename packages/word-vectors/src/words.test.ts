import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as library from './index.js';
import {
  analogy,
  arithmetic,
  complete,
  debias,
  direction,
  evaluateAnalogies,
  evaluateDirection,
  evaluateSimilarity,
  midpoint,
  oddOneOut,
  parseAnalogies,
  parseRatings,
  pca,
  project,
  spearman,
  suggest,
  vectorTable,
} from './index.js';
import { randomTable, worldTable } from './testing/tables.js';

const vectors = worldTable();

test('an expression finds the nearest word, with or without its own words', () => {
  const { terms, vector, neighbours } = arithmetic(vectors, 'king - man + woman');
  expect(terms).toEqual([
    { word: 'king', factor: 1 },
    { word: 'man', factor: -1 },
    { word: 'woman', factor: 1 },
  ]);
  expect(neighbours[0]!.word).toBe('queen');
  expect(neighbours.map(({ word }) => word)).not.toContain('king');
  expect(vector).toHaveLength(3);
  expect(arithmetic(vectors, 'king', { exclude: [], topN: 1 }).neighbours[0]!.word).toBe('king');
  expect(arithmetic(vectors, [{ word: 'man', factor: 1 }], { topN: 1 }).neighbours).toHaveLength(1);
  expect(arithmetic(vectors, 'well-known + "new york" + "2"').terms).toHaveLength(3);
});

test.each<[() => unknown, string]>([
  [() => arithmetic(vectors, ''), 'parseExpression: the expression is empty; write one like king - man + woman'],
  [() => arithmetic(vectors, 'kign - man'), 'arithmetic: "kign" is not among the 8 words; there is "king"'],
  [
    () => arithmetic(vectors, 'king-mam + womna'),
    'arithmetic: "mam" and "womna" are not among the 8 words; there is "man" for "mam", "woman" for "womna"',
  ],
  [
    () => arithmetic(vectors, [{ word: 'King', factor: 1 }]),
    'arithmetic: "King" is not among the 8 words; there is "king"',
  ],
  [
    () => arithmetic(vectors, 'king - king'),
    'arithmetic: the words cancel each other out; nothing is near a vector of zeros',
  ],
  [() => arithmetic(vectors, 'king', { topN: 1.5 }), 'arithmetic: topN is 1.5; it must be a whole number, 1 or more'],
  [
    () => arithmetic(vectors, 'king', { method: 'cosine' as never }),
    'arithmetic: method is "cosine"; there are add, multiply and euclid',
  ],
  [
    () => arithmetic(vectors, 'king', { exclude: ['men'] }),
    'arithmetic: "men" is not among the 8 words; there is "man"',
  ],
  [() => analogy(vectors, 'man', 'king', 'wonan'), 'analogy: "wonan" is not among the 8 words; there is "woman"'],
  [() => oddOneOut(vectors, ['man', 'king']), 'oddOneOut: 2 words; it takes three or more to tell'],
  [() => oddOneOut(vectors, ['man', 'king', 'mam']), 'oddOneOut: "mam" is not among the 8 words; there is "man"'],
  [() => midpoint(vectors, []), 'midpoint: there are no words'],
  [() => direction(vectors, []), "direction: there are no pairs; give some, like [['man', 'woman']]"],
  [() => direction(vectors, [['man', 'man']]), 'direction: "man" and "man" have the same vector'],
  [() => direction(vectors, [['man'] as never]), 'direction: pair 0 has 1 words; a pair has 2'],
  [
    () =>
      direction(vectors, [
        ['man', 'woman'],
        ['woman', 'man'],
      ]),
    'direction: the 2 pairs cancel each other out',
  ],
  [() => project(vectors, ['man'], [1, 2]), 'project: a vector of 2 numbers; the table has 3'],
  [() => project(vectors, ['man'], [0, 0, 0]), 'project: a direction of zeros points nowhere'],
  [() => debias(vectors, [0, 1, 0], { keep: ['x1'] }), 'debias: "x1" is not among the 8 words'],
  [() => pca(vectors, { dims: 4 }), 'pca: dims is 4; it must be a whole number from 1 to 3'],
  [() => pca(vectors, { words: ['man', 'king'] }), 'pca: 2 words do not make 2 axes; it takes 3 or more'],
  [() => pca(vectors, { along: [[1, 2]] }), 'pca: a vector of 2 numbers; the table has 3'],
  [() => pca(vectors, { dims: 1, along: [[1], [2]] }), 'pca: along has 2 directions; dims is 1'],
  [
    () =>
      pca(vectors, {
        along: [
          [1, 2, 0],
          [2, 4, 0],
        ],
      }),
    'pca: direction 1 of along lies in the span of the ones before it',
  ],
  [() => evaluateDirection(vectors, [1, 2], []), 'evaluateDirection: a vector of 2 numbers; the table has 3'],
  [() => spearman([1, 2], [1]), 'spearman: lists of 2 and 1 values; they must be equally long, two or more'],
  [() => suggest(vectors, 'x', { topN: 0 }), 'suggest: topN is 0; it must be a whole number, 1 or more'],
  [() => complete(vectors, 'x', { topN: -1 }), 'complete: topN is -1; it must be a whole number, 1 or more'],
  [() => parseAnalogies(': a\nx y z\n'), 'parseAnalogies: line 2 has 3 words; a question has 4'],
  [() => parseAnalogies(': a\n'), 'parseAnalogies: there are no questions'],
  [() => parseRatings('a b 1\na b\n'), 'parseRatings: line 2 is "a b"; two words and a rating would fit'],
  [() => parseRatings('a b c\n'), 'parseRatings: there are no pairs'],
  [
    () => evaluateSimilarity(vectors, [{ a: 'x', b: 'y', rating: 1 }]),
    'evaluateSimilarity: of 1 pairs 0 are in the vocabulary; it takes two to compare',
  ],
])('invalid arguments are errors: %#', (call, message) => {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ name: 'ResidualError', message });
});

test('a direction is the mean of unit differences, and coordinates are cosines', () => {
  const { vector, agreement } = direction(vectors, [
    ['man', 'woman'],
    ['king', 'queen'],
  ]);
  expect([...vector].map(value => value + 0)).toEqual([0, -1, 0]);
  expect(agreement).toEqual([1, 1]);
  const placed = project(vectors, ['queen', 'king', 'apple'], { vector, agreement });
  expect(placed.map(({ word }) => word)).toEqual(['king', 'apple', 'queen']);
  expect(placed[0]!.coordinate).toBeCloseTo(-1 / Math.hypot(4, 1, 0.5), 6);
  expect(project(vectors, ['king'], [0, -7, 0])[0]!.coordinate).toBeCloseTo(placed[0]!.coordinate, 12);
});

test('the components are the eigenvectors of the covariance, orthogonal, each with its largest entry positive', () => {
  const table = randomTable('float32', 211, 13);
  const rows = table.words.map((_, row) => library.unitRow(table, row));
  const mean = rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
  const { components: axes, points, explainedVarianceRatio: shares, transform: place } = pca(table, { dims: 13 });
  const variance = (axis: Float64Array) =>
    rows.reduce((sum, row) => sum + row.reduce((dot, value, k) => dot + (value - mean[k]!) * axis[k]!, 0) ** 2, 0) /
    210;
  const total = axes.reduce((sum, axis) => sum + variance(axis), 0);
  for (const [i, axis] of axes.entries()) {
    // C v = λ v, with C in float64 loops
    const image = axis.map((_, a) => {
      let sum = 0;
      for (const row of rows)
        sum += (row[a]! - mean[a]!) * row.reduce((dot, value, k) => dot + (value - mean[k]!) * axis[k]!, 0);
      return sum / 210;
    });
    for (const [k, value] of image.entries()) expect(value).toBeCloseTo(variance(axis) * axis[k]!, 10);
    for (const [j, other] of axes.entries())
      expect(axis.reduce((sum, value, k) => sum + value * other[k]!, 0)).toBeCloseTo(i === j ? 1 : 0, 10);
    expect(shares[i]).toBeCloseTo(variance(axis) / total, 10);
    const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    expect(largest).toBeGreaterThan(0);
  }
  expect(place(rows[7]!)).toEqual(Array.from({ length: 13 }, (_, k) => expect.closeTo(points[7 * 13 + k]!, 5)));
});

test('axes along given directions come first, and the others are principal components of what remains', () => {
  const table = randomTable('float32', 211, 13);
  const [a, b] = [new Float64Array(13), new Float64Array(13)];
  for (let k = 0; k < 13; k++) [a[k], b[k]] = [k - 4, (k * k) % 7];
  const dot = (one: ArrayLike<number>, other: ArrayLike<number>) =>
    Array.from(one).reduce((sum, value, k) => sum + value * other[k]!, 0);
  const { components: axes, explainedVarianceRatio: shares } = pca(table, { dims: 13, along: [a, b] });
  for (const [i, axis] of axes.entries())
    for (const [j, other] of axes.entries()) expect(dot(axis, other)).toBeCloseTo(i === j ? 1 : 0, 10);
  expect(dot(axes[0]!, a)).toBeCloseTo(Math.hypot(...a), 10);
  expect(Math.hypot(dot(axes[0]!, b), dot(axes[1]!, b))).toBeCloseTo(Math.hypot(...b), 10);
  expect(dot(axes[1]!, b)).toBeGreaterThan(0);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
  // What remains is a table of its own, whose principal components are known.
  const rest = table.words.flatMap((_, row) => {
    const unit = library.unitRow(table, row);
    return [...unit].map((value, k) => value - dot(unit, axes[0]!) * axes[0]![k]! - dot(unit, axes[1]!) * axes[1]![k]!);
  });
  const variance = (axis: Float64Array) => {
    const values = table.words.map((_, row) => dot(rest.slice(13 * row, 13 * row + 13), axis));
    const mean = values.reduce((sum, value) => sum + value, 0) / 211;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 210;
  };
  const variances = axes.slice(2).map(variance);
  expect(variances).toEqual([...variances].sort((one, other) => other - one));
  const mixed = axes[2]!.map((value, k) => Math.cos(0.3) * value + Math.sin(0.3) * axes[3]![k]!);
  expect(variance(mixed)).toBeLessThan(variances[0]!);
});

test('a direction is tested on other pairs; those with an unknown word are not covered', () => {
  const report = evaluateDirection(vectors, direction(vectors, [['man', 'woman']]), [
    ['king', 'queen'],
    ['queen', 'apple'],
    ['king', 'duchess'],
  ]);
  expect(report).toMatchObject({ held: 1, covered: 2, total: 3 });
  expect(report.pairs.map(({ pair, holds }) => [pair[0], holds])).toEqual([
    ['king', true],
    ['queen', false],
  ]);
  const [king, queen] = project(vectors, ['king', 'queen'], direction(vectors, [['man', 'woman']]));
  expect(report.pairs[0]!.from).toBeCloseTo(king!.coordinate, 12);
  expect(report.pairs[0]!.to).toBeCloseTo(queen!.coordinate, 12);
});

test('a projection of few words in many dimensions has all their variance', () => {
  const table = randomTable('int8', 5, 37);
  const { explainedVarianceRatio: shares, points } = pca(table, { dims: 3, words: ['w4', 'w0', 'w2', 'w1'] });
  expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
  expect(points).toHaveLength(12);
  const { transform: place, transformAll: placeAll } = pca(table, { dims: 3, words: ['w4', 'w0', 'w2', 'w1'] });
  const all = placeAll(table);
  for (let row = 0; row < 5; row++)
    expect([...all.subarray(3 * row, 3 * row + 3)]).toEqual(place(library.unitRow(table, row)).map(Math.fround));
  expect([...points.subarray(0, 3)]).toEqual([...all.subarray(12, 15)]);
  expect(() => placeAll(vectors)).toThrow('pca: vectors of 3 numbers; the axes have 37');
});

test('equal values share their mean rank', () => {
  expect(spearman([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
  expect(spearman([1, 2, 3], [3, 2, 1])).toBe(-1);
  expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0);
});

test('questions are counted by category, without those with an unknown word, ignoring case', async () => {
  const text = ': royal\nMan king woman queen\nman king woman prince\n: wrong\r\nman king woman apple\n';
  const report = await evaluateAnalogies(vectors, parseAnalogies(text));
  expect(report).toEqual({
    covered: 2,
    correct: 1,
    total: 3,
    accuracy: 0.5,
    categories: [
      { name: 'royal', covered: 1, correct: 1, total: 2, accuracy: 1 },
      { name: 'wrong', covered: 1, correct: 0, total: 1, accuracy: 0 },
    ],
  });
  expect(parseAnalogies('a b c d')).toEqual([{ name: 'questions', questions: [['a', 'b', 'c', 'd']] }]);
  const abort = new AbortController();
  const onProgress = () => abort.abort();
  await expect(evaluateAnalogies(vectors, parseAnalogies(text), { signal: abort.signal, onProgress })).rejects.toThrow(
    'abort',
  );
});

test('ratings are parsed with tabs, commas and spaces, without a header, and compared by rank', () => {
  const pairs = [
    { a: 'king', b: 'queen', rating: 9 },
    { a: 'king', b: 'apple', rating: 1.5 },
  ];
  expect(parseRatings('word1,word2,score\nking,queen,9\nking,apple,1.5\n')).toEqual(pairs);
  expect(parseRatings('king\tqueen\t9\r\nking\tapple\t1.5')).toEqual(pairs);
  expect(parseRatings('king queen 9\n\nking apple 1.5')).toEqual(pairs);
  expect(evaluateSimilarity(vectors, [...pairs, { a: 'King', b: 'pear', rating: 3 }])).toEqual({
    spearman: 1,
    covered: 2,
    total: 3,
  });
});

test('debiasing returns a float32 table whose selected rows have no component along the direction', () => {
  const neutral = debias(randomTable('int8', 50, 7), [0, 0, 2, 0, 0, 0, 0], { keep: ['w3'] });
  expect(neutral.dtype).toBe('float32');
  const placed = project(neutral, neutral.words, [0, 0, 1, 0, 0, 0, 0]);
  expect(placed.filter(({ coordinate: at }) => Math.abs(at) > 1e-7).map(({ word }) => word)).toEqual(['w3']);
});

test('a row of zeros is far from all words, and is not an error', () => {
  const table = vectorTable({ words: ['a', 'zero', 'b'], data: Float32Array.of(1, 2, 0, 0, 2, 1) });
  expect(arithmetic(table, 'a + zero', { topN: 2 }).neighbours.map(({ word }) => word)).toEqual(['b']);
  expect(arithmetic(table, 'a', { method: 'euclid', topN: 1 }).neighbours[0]!.word).toBe('b');
});

test('no file imports TensorFlow.js, also not indirectly', () => {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(/(?:from|import) '([^']+)'/g)) {
      if (name.startsWith('.')) visit(join(dirname(path), name.replace(/\.js$/, '.ts')));
      else expect(['@residual/base', '@residual/safetensors', '#word-files']).toContain(name);
    }
  };
  visit(fileURLToPath(new URL('./index.ts', import.meta.url)));
  expect(seen.size).toBeGreaterThan(15);
});
