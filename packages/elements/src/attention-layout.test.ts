import { expect, test } from 'vitest';
import { cellAt, firstQuery, layoutOf, unmaskedKeys } from './attention-layout.js';

const size = (queryLen: number, keyLen: number, masked = true) => ({ queryLen, keyLen, masked });
const widths = (count: number, width = 40) => Array.from({ length: count }, () => width);

test('under a mask a query sees the keys up to its own position; the queries are the last tokens', () => {
  expect([0, 1, 2].map(query => unmaskedKeys(size(3, 3), query))).toEqual([1, 2, 3]);
  expect([0, 1].map(query => unmaskedKeys(size(2, 5), query))).toEqual([4, 5]);
  expect(unmaskedKeys(size(2, 5, false), 0)).toBe(5);
  expect([0, 3, 4].map(key => firstQuery(size(2, 5), key))).toEqual([0, 0, 1]);
});

test('more tokens have smaller cells, until the map is larger than its box; very many tokens have no labels', () => {
  const of = (count: number, available: number) =>
    layoutOf(size(count, count), available, widths(count), widths(count));
  expect(of(5, 900)).toMatchObject({ cell: 46, labelled: true });
  const many = of(40, 900);
  expect(many.labelled).toBe(true);
  expect(many.width).toBeLessThanOrEqual(900);
  for (const available of [280, 600, 900]) {
    const story = of(60, available);
    expect(story.labelled).toBe(true);
    expect(story.cell).toBeGreaterThanOrEqual(13); // a label is 12 pixels high
  }
  expect(of(200, 900)).toMatchObject({ cell: 4, labelled: false, width: 800 });
  expect(of(400, 328)).toMatchObject({ cell: 4, labelled: false, width: 1600 });
});

test('a point is in the cell that is painted at this point', () => {
  const layout = layoutOf(size(5, 5), 900, widths(5), widths(5));
  for (const [query, key] of [
    [0, 0],
    [3, 2],
    [4, 4],
  ] as const) {
    const [x, y] = [layout.left + (key + 0.5) * layout.cell, layout.top + (query + 0.5) * layout.cell];
    expect(cellAt(layout, x, y)).toEqual({ query, key });
  }
  expect(cellAt(layout, layout.left + 1.5 * layout.cell, layout.top + 1)).toBeUndefined(); // masked
  expect(cellAt(layout, 1, layout.top + 1)).toBeUndefined(); // the label
  expect(cellAt(layout, layout.left + 1, layout.height + 1)).toBeUndefined();
});
