import { expect, test } from 'vitest';
import { augmentDrawing, unitBox } from './augment.js';
import { boundsOf, type Drawing, type Point } from './drawing.js';
import { simplifyStroke } from './simplify.js';
import { strokeTokenizer } from './stroke-tokenizer.js';

const house: Drawing = [
  [
    [10, 40],
    [10, 90],
    [90, 90],
    [90, 40],
  ],
  [
    [0, 40],
    [50, 0],
    [100, 40],
  ],
];

test('a drawing becomes points of a grid, pen up and the end, and its shape is kept', () => {
  const strokes = strokeTokenizer({ grid: 11 });
  const tokens = strokes.encode(house);
  const names = tokens.map(token => strokes.names[token]);
  expect(names).toEqual([...['<1,5>', '<1,10>', '<9,10>', '<9,5>', '<up>'], ...['<0,5>', '<5,1>', '<10,5>', '<end>']]);
  expect(strokes.decode(tokens)).toEqual([
    [
      [1, 5],
      [1, 10],
      [9, 10],
      [9, 5],
    ],
    [
      [0, 5],
      [5, 1],
      [10, 5],
    ],
  ]);
  expect([strokes.vocab, strokes.upTokenId, strokes.eosTokenId, strokes.bosTokenId]).toEqual([124, 121, 122, 123]);
  expect(tokens.map(strokes.kindOf).filter(kind => kind !== 'point')).toEqual(['up', 'end']);
});

test('what was decoded is encoded to the same tokens on any grid', () => {
  for (const grid of [2, 7, 32, 100]) {
    const strokes = strokeTokenizer({ grid, tolerance: 0 });
    const tokens = strokes.encode(house);
    const box = { left: 0, top: 0, width: grid - 1, height: grid - 1 };
    expect(strokes.encode(strokes.decode(tokens), { box })).toEqual(tokens);
  }
});

test('a drawing that goes on keeps its place in its box, and the pen is lifted in the place of the end', () => {
  const strokes = strokeTokenizer({ grid: 11 });
  const box = { left: 0, top: 0, width: 200, height: 200 };
  const begun = strokes.encode(house.slice(1), { box, isBegun: true });
  expect(begun.map(token => strokes.names[token])).toEqual(['<0,2>', '<3,0>', '<5,2>', '<up>']);
  expect(strokes.encode([], { box, isBegun: true })).toEqual([]);
});

test('points that a line passes are left out, the ends and the far ones stay', () => {
  const line: Point[] = [
    [0, 0],
    [2, 0.5],
    [5, 3],
    [7, 1.5],
    [9, 0],
  ];
  expect(simplifyStroke(line, 0.6)).toEqual([
    [0, 0],
    [2, 0.5],
    [5, 3],
    [9, 0],
  ]);
  expect(simplifyStroke(line, 5)).toEqual([line[0], line[4]]);
  expect(simplifyStroke(line, 0)).toEqual(line.filter((_, i) => i !== 3)); // it lies on the line
});

test('a drawing of one point is one point, and one of 100,000 takes the time of its length', () => {
  const strokes = strokeTokenizer();
  expect(strokes.encode([[[5, -3]]])).toEqual([16 * 32 + 16, strokes.eosTokenId]); // in the middle
  // each point of a spiral is the farthest from the line between the ends of what is left
  const spiral = Array.from({ length: 100_000 }, (_, i): Point => {
    const [angle, radius] = [i / 300, 0.99995 ** i];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  const tokens = strokes.encode([spiral]);
  expect(tokens.length).toBeGreaterThan(100);
  expect(tokens.length).toBeLessThan(5000);
});

test('what is no drawing, no token or no grid is refused', () => {
  const strokes = strokeTokenizer({ grid: 5 });
  const refused = (drawing: unknown) => () => strokes.encode(drawing as Drawing);
  expect(refused('cat')).toThrow('encode: drawing is "cat"; it must be a list of strokes');
  expect(refused([[]])).toThrow('encode: stroke 0 is []; it must be a list of one point or more');
  expect(refused([[[1, 2], [1]]])).toThrow(
    'encode: point 1 of stroke 0 is [1]; it must be [x, y], numbers from -1e9 to 1e9',
  );
  expect(refused([[[Number.NaN, 2]]])).toThrow('point 0 of stroke 0 is ');
  expect(() => strokes.decode([28])).toThrow(
    'strokeTokenizer: 28 is no token of a drawing; they are whole numbers from 0 to 27',
  );
  expect(() => strokeTokenizer({ grid: 1 })).toThrow('strokeTokenizer: grid is 1; it must be a whole number');
});

test('an augmented drawing has the same strokes, lies in its square and depends on the random numbers alone', () => {
  const random = (seed: number) => () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  const [first, again, other] = [3, 3, 4].map(seed => augmentDrawing(house, random(seed)));
  expect(first).toEqual(again);
  expect(first).not.toEqual(other);
  expect(first!.map(({ length }) => length)).toEqual([4, 3]);
  const { left, top, width, height } = boundsOf(first!);
  expect(Math.max(width, height)).toBeGreaterThan(0.85);
  for (const edge of [left, top, 1 - left - width, 1 - top - height]) expect(edge).toBeGreaterThan(-0.02);
  const tokens = strokeTokenizer().encode(first!, { box: unitBox });
  expect(tokens.length).toBeGreaterThan(7);
});
