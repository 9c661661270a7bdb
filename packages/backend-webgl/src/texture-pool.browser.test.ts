import '@residual/backend-webgl';
import { dispose, mul, type Tensor, tensor, tidy, useBackend, zeros } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import type { MathBackendWebGL } from '@tensorflow/tfjs-backend-webgl';
import { backend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

const megabyte = 2 ** 20;
const held = () => (backend() as MathBackendWebGL).memory().numBytesInGPUAllocated / megabyte;
const wait = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

/** A tensor of 16 MB on the device, and as much again for what it is made of. */
const large = () => tidy(() => mul(zeros([2048, 2048]), 2));

beforeAll(() => useBackend('webgl'));

test('video memory that nobody uses goes back after a second', async () => {
  const before = held();
  const many: Tensor[] = Array.from({ length: 10 }, large);
  expect(held() - before).toBeGreaterThan(150);
  dispose(many);
  expect(held() - before).toBeGreaterThan(150); // kept for reuse
  await wait(1500);
  expect(held() - before).toBeLessThan(64);
  const after = mul(tensor([1, 2, 3], [3]), 3);
  await expectClose(after, [3, 6, 9], { absolute: 0 });
  after.dispose();
});

test('a working set that is used again and again stays', async () => {
  const use = () => dispose(Array.from({ length: 8 }, large));
  use();
  const before = held();
  const end = performance.now() + 3500;
  while (performance.now() < end) {
    use();
    expect(held()).toBe(before);
    await wait(300);
  }
});
