import { memory } from '@residual/tensor';
import { expect } from 'vitest';

/**
 * Fails unless the body leaves as many tensors and bytes as it found. It runs twice and the second run counts: what is made
 * once and kept for later (a mask per shape) is no leak, what grows each time is.
 */
export const expectNoLeak = async (body: () => unknown): Promise<void> => {
  await body();
  const before = memory();
  await body();
  const after = memory();
  expect({ tensors: after.tensors, bytes: after.bytes }, 'expectNoLeak: after the second run').toEqual({
    tensors: before.tensors,
    bytes: before.bytes,
  });
};
