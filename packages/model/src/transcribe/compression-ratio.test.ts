import { expect, test } from 'vitest';
import { compressionRatio } from './compression-ratio.js';

test('the ratio of bytes, two for each token of a large vocabulary, to those that zlib makes of them', () => {
  const different = Array.from({ length: 40 }, (_, i) => 1000 + i);
  const same = Array<number>(40).fill(407);
  expect(compressionRatio(different, 51864)).toBeCloseTo(1.17647, 5); // Hugging Face transformers 5.24, Python's zlib
  expect(compressionRatio(same, 51864)).toBeCloseTo(6.15385, 5);
  // A text in which parts of three bytes repeat, which some zlibs do not look for: 78 bytes become 83.
  const text = [
    ...[50363, 44118, 11, 287, 262, 691, 2565, 351, 543, 356, 389, 379, 1944, 2328, 11, 24242, 422, 749, 611, 407],
    ...[50665, 50665, 422, 477, 262, 10848, 290, 28229, 7997, 287, 262, 17127, 11, 287, 852, 31188, 3660, 13, 51017],
  ];
  expect(compressionRatio(text, 51864)).toBeCloseTo(78 / 83, 5);
  const oneByte = same.map(() => 7);
  expect(compressionRatio(oneByte, 200)).toBeCloseTo(40 / 12, 5);
});
