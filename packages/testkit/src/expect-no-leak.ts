import { memoryUsage } from '@residual/tensor';
import { expect } from 'vitest';

/**
 * Fails unless the body leaves the number of tensors, bytes and buffers unchanged. The body runs twice and only the
 * second run counts, so that caches (such as a mask for a shape) are not leaks.
 */
export const expectNoLeak = async (body: () => unknown): Promise<void> => {
  await body();
  const before = memoryUsage();
  await body();
  const after = memoryUsage();
  expect(after, 'expectNoLeak: after the second run').toEqual(before);
};
