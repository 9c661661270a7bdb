import { expect, test } from 'vitest';
import { compressionRatio } from './compression-ratio.js';

test('the ratio of bytes, two for each token of a large vocabulary, to those that zlib makes of them', async () => {
  const different = Array.from({ length: 40 }, (_, i) => 1000 + i);
  const same = Array<number>(40).fill(407);
  // Hugging Face transformers 5.24 with zlib; another zlib may pack a little better
  expect(Math.abs((await compressionRatio(different, 51864)) / 1.17647 - 1)).toBeLessThan(0.01);
  expect(Math.abs((await compressionRatio(same, 51864)) / 6.15385 - 1)).toBeLessThan(0.01);
  expect(
    await compressionRatio(
      same.map(() => 7),
      200,
    ),
  ).toBeCloseTo(40 / 12, 1); // one byte for each token
});
