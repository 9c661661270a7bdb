import '@residual/backend-webgl';
import { dispose, mul, type Tensor, tensor, tidy, useBackend, zeros } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { backend } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

const megabyte = 2 ** 20;
const allocated = () => (backend() as MathBackendWebGL).memory().numBytesInGPUAllocated / megabyte;

/** A tensor of 16 MB on the device, made from another one of 16 MB. */
const large = () => tidy(() => mul(zeros([2048, 2048]), 2));

beforeAll(() => useBackend('webgl'));
// The tests control the time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

test('unused video memory is freed after a second', async () => {
  const before = allocated();
  const many: Tensor[] = Array.from({ length: 10 }, large);
  expect(allocated() - before).toBeGreaterThan(150);
  dispose(many);
  expect(allocated() - before).toBeGreaterThan(150); // kept for reuse
  vi.advanceTimersByTime(1500);
  expect(allocated() - before).toBeLessThan(64);
  vi.useRealTimers();
  const after = mul(tensor([1, 2, 3], [3]), 3);
  await expectClose(after, [3, 6, 9], { absolute: 0 });
  after.dispose();
});

test('a working set that is used again and again stays', () => {
  const use = () => dispose(Array.from({ length: 8 }, large));
  use();
  const before = allocated();
  for (let round = 0; round < 12; round++) {
    use();
    expect(allocated()).toBe(before);
    vi.advanceTimersByTime(300);
  }
  vi.advanceTimersByTime(2000);
  expect(allocated()).toBeLessThan(before); // unused for longer than a second, it goes
});
