import { appendToCache, clone, dispose, normalValues, reshape, type Tensor, tensor, zeros } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { expectKernelMatches, int32, kernelTests, normal } from '../testing/expect-kernel.js';
import { withoutKernels } from '../testing/without-kernels.js';

kernelTests('appendToCache', () => {
  for (const [batch, kvHeads, capacity, headDim, length] of [
    [1, 1, 1, 1, 1],
    [1, 5, 8, 4, 1],
    [2, 3, 7, 5, 1],
    [2, 3, 11, 6, 4],
    [1, 2, 9, 8, 3],
    [3, 1, 6, 3, 6],
  ] as const)
    test(`rows [${length}] are written twice into a cache [${[batch, kvHeads, capacity, headDim]}]`, async () => {
      const values = normalValues(1, 'cache', batch * kvHeads * capacity * headDim);
      for (let at = 0; at + length <= capacity; at++) {
        const [x, later] = [normal([batch, kvHeads, length, headDim]), normal([batch, kvHeads, 1, headDim])];
        const [position, end] = [int32([at]), int32([capacity - 1])];
        const run = () => {
          const cache = tensor(values, [batch, kvHeads, capacity, headDim]);
          return appendToCache(appendToCache(cache, x, position), later, end);
        };
        await expectKernelMatches(run, [x, later, position, end], [], 0);
      }
    });

  test('a cache that is larger than one texture is wide', async () => {
    const [x, position] = [normal([1, 9, 2, 2]), int32([5])];
    const run = () => appendToCache(appendToCache(zeros([1, 9, 2048, 2]), x, position), x, position);
    await expectKernelMatches(run, [x, position], [], 0);
  });

  test('rows beyond the capacity are dropped', async () => {
    const [x, position] = [normal([1, 2, 3, 4]), int32([4])];
    const run = () =>
      appendToCache(appendToCache(tensor(new Float32Array(40), [1, 2, 5, 4]), x, int32([0])), x, position);
    const [ours, reference] = [run(), withoutKernels(run)];
    await expectClose(ours, reference, { absolute: 0 });
  });

  const others: Record<string, (x: Tensor) => Tensor> = { clone, reshape: x => reshape(x, [8, 6]) };
  for (const [name, another] of Object.entries(others))
    test(`a handle that is shared does not change: ${name}`, async () => {
      const [x, one, two] = [normal([1, 2, 1, 6]), int32([1]), int32([2])];
      const first = appendToCache(tensor(new Float32Array(48), [1, 2, 4, 6]), x, one);
      const alias = another(first);
      const before = [...(await alias.data())];
      const second = appendToCache(first, x, two);
      expect([...(await alias.data())]).toEqual(before);
      expect([...(await second.data())].filter(value => value !== 0).length).toBe(24);
      dispose([x, one, two, alias, second]);
    });

  test('data that was read before a write is read again', async () => {
    const [x, one, two] = [normal([1, 2, 1, 6]), int32([1]), int32([2])];
    const first = appendToCache(tensor(new Float32Array(48), [1, 2, 4, 6]), x, one);
    expect([...(await first.data())].filter(value => value !== 0).length).toBe(12);
    const second = appendToCache(first, x, two);
    expect([...(await second.data())].filter(value => value !== 0).length).toBe(24);
    dispose([x, one, two, second]);
  });
});
