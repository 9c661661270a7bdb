import { emptyScope, layer, stepPositions } from '@residual/layers';
import { dispose, gradients, mul, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { relativeBucket, relativePositions } from './index.js';

/**
 * The bucket as in the code of the paper, in float64: half of the buckets for small distances, the others
 * logarithmic up to the largest.
 */
function bucket64(distance: number, buckets: number, maxDistance: number, bidirectional: boolean): number {
  let first = 0;
  let away = -distance;
  if (bidirectional) {
    buckets = Math.floor(buckets / 2);
    if (distance > 0) first = buckets;
    away = Math.abs(distance);
  }
  away = Math.max(away, 0);
  const exact = Math.floor(buckets / 2);
  if (away < exact) return first + away;
  const share = Math.log(away / exact) / Math.log(maxDistance / exact);
  return first + Math.min(exact + Math.trunc(share * (buckets - exact)), buckets - 1);
}

test.each([
  [32, 128, true],
  [32, 128, false],
  [8, 20, true],
  [6, 5, false],
  [7, 5, false],
  [10, 20, true],
  [31, 40, true],
])('%i buckets up to distance %i, bidirectional %s', (buckets, maxDistance, bidirectional) => {
  for (let distance = -3 * maxDistance; distance <= 3 * maxDistance; distance++) {
    const found = relativeBucket(distance, { buckets, maxDistance, bidirectional });
    const expected = bucket64(distance, buckets, maxDistance, bidirectional);
    const power = Math.floor(buckets / (bidirectional ? 2 : 1));
    const place =
      ((power - Math.floor(power / 2)) * Math.log(Math.abs(distance) / Math.floor(power / 2))) /
      Math.log(maxDistance / Math.floor(power / 2));
    if (Math.abs(place - Math.round(place)) > 1e-5)
      expect([distance, found]).toEqual([distance, expected]); // at a border the rounding of float32 decides
    else expect([expected - 1, expected, expected + 1]).toContain(found);
  }
});

test('a bias by head and distance, for queries at any position', async () => {
  const scheme = relativePositions({ heads: 3, buckets: 8, maxDistance: 20, bidirectional: true });
  const table = Array.from({ length: 8 }, (_, bucket) => [0, 1, 2].map(head => 10 * bucket + head));
  const weights = { weight: tensor(table.flat(), [8, 3]) };
  const [queryLen, keyLen] = [2, 5];
  const expected = (at: readonly number[][]) =>
    at.map(row =>
      [0, 1, 2].map(head =>
        row.map(query => Array.from({ length: keyLen }, (_, key) => table[bucket64(key - query, 8, 20, true)]![head]!)),
      ),
    );
  const bias = layer({ scheme }, (w, keyLen: number, scope) =>
    scheme.onScores!(w.scheme, { heads: 3, queryLen, keyLen }, scope),
  );
  const y = bias({ scheme: weights }, keyLen);
  await expectClose(y, expected([[0, 1]]), { absolute: 0 });
  const where = { positionIds: tensor([3, 4, 30, 31], [2, 2], 'int32'), totalLength: 32 };
  const z = bias({ scheme: weights }, keyLen, emptyScope.with(stepPositions, where));
  await expectNoLeak(() => bias({ scheme: weights }, keyLen).dispose());
  await expectClose(
    z,
    expected([
      [3, 4],
      [30, 31],
    ]),
    { absolute: 0 },
  );
  dispose([weights, y, z, where.positionIds]);
});

test('its table learns: each bucket gets the gradients of its distances', async () => {
  const scheme = relativePositions({ heads: 2, buckets: 4, maxDistance: 3 });
  const weights = { weight: tensor([0, 0, 0, 0, 0, 0, 0, 0], [4, 2]) };
  const dy = tensor([1, 2, 3, 4, 10, 20, 30, 40], [1, 2, 2, 2]); // heads 2, queryLen 2, keyLen 2
  const run = layer({ scheme }, (w, x: Tensor, scope) =>
    mul(scheme.onScores!(w.scheme, { heads: 2, queryLen: 2, keyLen: 2 }, scope), x),
  );
  const found = gradients(() => sum(run({ scheme: weights }, dy)), weights);
  // distances 0, 1 (later: as 0), -1, 0
  await expectClose(
    found.gradients.weight!,
    [
      [1 + 2 + 4, 10 + 20 + 40],
      [3, 30],
      [0, 0],
      [0, 0],
    ],
    { absolute: 1e-5 },
  );
  dispose([weights, dy, found]);
});

test('an odd number of buckets is rounded down as in the reference, too few throw', () => {
  const buckets = (from: number, to: number, options: Parameters<typeof relativeBucket>[1]) =>
    Array.from({ length: to - from + 1 }, (_, i) => relativeBucket(from + i, options));
  // transformers 5.24, T5Attention._relative_position_bucket
  expect(buckets(-10, 11, { buckets: 10, maxDistance: 20, bidirectional: true })).toEqual([
    4, 3, 3, 3, 3, 3, 2, 2, 2, 1, 0, 6, 7, 7, 7, 8, 8, 8, 8, 8, 9, 9,
  ]);
  expect(buckets(-5, 5, { buckets: 7, maxDistance: 12, bidirectional: true })).toEqual([
    2, 2, 1, 1, 1, 0, 4, 4, 4, 5, 5,
  ]);
  expect(buckets(-4, 1, { buckets: 3, maxDistance: 9 })).toEqual([2, 2, 1, 1, 0, 0]);
  expect(() => relativePositions({ heads: 2, buckets: 3, bidirectional: true })).toThrow(
    'relativePositions: buckets is 3; it must be a whole number, 4 or more',
  );
  expect(() => relativePositions({ heads: 2, buckets: 32, maxDistance: 16 })).toThrow(
    'relativePositions: maxDistance is 16; it must be a whole number above 16 with 32 buckets',
  );
});
