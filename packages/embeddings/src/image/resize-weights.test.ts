import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type ResizeMethod, resizeWeights } from './resize-weights.js';

/** What `torch.nn.functional.interpolate` computes from unit vectors, rounded. */
const reference: readonly (readonly [number, number, ResizeMethod, readonly (readonly number[])[]])[] = [
  [
    3,
    5,
    'bicubic',
    [
      [1.096, -0.096, 0],
      [0.612, 0.46, -0.072],
      [0, 1, 0],
      [-0.072, 0.46, 0.612],
      [0, -0.096, 1.096],
    ],
  ],
  [
    5,
    3,
    'bicubic',
    [
      [0.68519, 0.37037, -0.05556, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, -0.05556, 0.37037, 0.68519],
    ],
  ],
  [
    3,
    5,
    'bicubicAntialiased',
    [
      [1.07547, -0.07547, 0],
      [0.64925, 0.39552, -0.04478],
      [0, 1, 0],
      [-0.04478, 0.39552, 0.64925],
      [0, -0.07547, 1.07547],
    ],
  ],
  [
    5,
    2,
    'bicubicAntialiased',
    [
      [0.3471, 0.41562, 0.23941, 0.02916, -0.03128],
      [-0.03128, 0.02916, 0.23941, 0.41562, 0.3471],
    ],
  ],
  [
    3,
    5,
    'bilinear',
    [
      [1, 0, 0],
      [0.6, 0.4, 0],
      [0, 1, 0],
      [0, 0.4, 0.6],
      [0, 0, 1],
    ],
  ],
  [
    5,
    3,
    'bilinear',
    [
      [0.66667, 0.33333, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 0.33333, 0.66667],
    ],
  ],
  [
    5,
    2,
    'bilinearAntialiased',
    [
      [0.31818, 0.40909, 0.22727, 0.04545, 0],
      [0, 0.04545, 0.22727, 0.40909, 0.31818],
    ],
  ],
];

test.each(reference)('%i entries become %i: %s', async (from, to, method, rows) => {
  await expectClose(resizeWeights(from, to, method), rows.flat(), { absolute: 1e-5 });
});

test('a grid of the same size stays as it is, and an even grid stays even', () => {
  for (const method of ['bicubic', 'bicubicAntialiased', 'bilinear', 'bilinearAntialiased'] as const) {
    expect([...resizeWeights(3, 3, method)].map(weight => Math.round(weight * 1e6) / 1e6 + 0)).toEqual([
      1, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
    for (const [from, to] of [
      [1, 4],
      [7, 3],
      [2, 11],
    ] as const)
      for (let i = 0; i < to; i++) {
        const row = resizeWeights(from, to, method).subarray(i * from, (i + 1) * from);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      }
  }
});
