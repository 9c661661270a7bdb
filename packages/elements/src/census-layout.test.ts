import { expect, test } from 'vitest';
import { censusLayout, matrixKinds, totalOf, type WeightCensus } from './census-layout.js';

const census: WeightCensus = {
  blocks: 7,
  heads: 3,
  embedding: 1100,
  query: 70,
  key: 140,
  value: 210,
  output: 280,
  up: 1400,
  down: 350,
  unembedding: 130,
};

test('each kind of matrix has the area of its share of all weights', () => {
  const [width, height] = [1300, 500];
  const areas = censusLayout(census, width, height);
  for (const kind of matrixKinds) {
    const area = areas.filter(one => one.kind === kind).reduce((sum, one) => sum + one.width * one.height, 0);
    expect(area / (width * height)).toBeCloseTo(census[kind] / totalOf(census), 9);
  }
});

test('no two matrices overlap, none leaves the picture, and every block has all six', () => {
  const areas = censusLayout(census, 1300, 500);
  expect(areas).toHaveLength(2 + 7 * 6);
  for (const [i, one] of areas.entries()) {
    expect(one.x).toBeGreaterThanOrEqual(-1e-9);
    expect(one.x + one.width).toBeLessThanOrEqual(1300 + 1e-9);
    expect(one.y + one.height).toBeLessThanOrEqual(500 + 1e-9);
    for (const other of areas.slice(i + 1)) {
      const across = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
      const down = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
      expect(Math.min(across, down)).toBeLessThan(1e-6);
    }
  }
});

test('queries, keys and values are split by heads; a shared embedding has one table', () => {
  const areas = censusLayout({ ...census, unembedding: 0 }, 100, 100);
  expect(areas.filter(({ heads }) => heads === 3).map(({ kind }) => kind)).toEqual(
    Array.from({ length: 7 }, () => ['query', 'key', 'value']).flat(),
  );
  expect(areas.filter(({ block }) => block < 0).map(({ kind }) => kind)).toEqual(['embedding']);
});
