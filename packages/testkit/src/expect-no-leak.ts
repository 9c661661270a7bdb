import { memoryUsage } from '@residual/tensor';
import { expect } from 'vitest';

/**
 * Fails unless the body leaves as many tensors, bytes and buffers as it found. It runs twice and the second run counts: what is made
 * once and kept for later (a mask per shape) is no leak, what grows each time is.
 */
export const expectNoLeak = async (body: () => unknown): Promise<void> => {
  await body();
  const before = memoryUsage();
  await body();
  const after = memoryUsage();
  expect(after, 'expectNoLeak: after the second run').toEqual(before);
};
