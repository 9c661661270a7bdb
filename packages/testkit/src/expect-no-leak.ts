import { memoryUsage } from '@residual/tensor';
import { expect } from 'vitest';

/**
 * Fails unless the body leaves the number of tensors, bytes and buffers unchanged. If it changes them, which may be a
 * cache (such as a mask for a shape), it runs once more, and only that run counts.
 */
export const expectNoLeak = async (body: () => unknown): Promise<void> => {
  const atFirst = memoryUsage();
  await body();
  const before = memoryUsage();
  if (JSON.stringify(before) === JSON.stringify(atFirst)) return;
  await body();
  expect(memoryUsage(), 'expectNoLeak: after the second run').toEqual(before);
};
