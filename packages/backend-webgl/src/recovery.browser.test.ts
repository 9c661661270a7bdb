import '@residual/backend-webgl';
import { isContextLost, loseContext, onContextLost, recoverWebGL } from '@residual/backend-webgl';
import { linear, memoryUsage, mul, pack, ResidualError, type Tensor, tensor, tidy, useBackend } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { beforeAll, expect, test } from 'vitest';

const lostMessage = (name: string) =>
  `${name}: the WebGL context was lost, and with it the numbers of every tensor on it; await recoverWebGL(), ` +
  'then make the tensors again';

const errorOf = async (read: Promise<unknown>): Promise<unknown> => read.catch((error: unknown) => error);

function expectLost(error: unknown, name: string): void {
  expect(ResidualError.is(error) && error.code).toBe('context-lost');
  expect((error as Error).message).toBe(lostMessage(name));
}

const product = () => {
  const [x, weight] = [tensor([1, 2, 3, 4], [2, 2]), tensor([1, 0, 1, 1, -1, 2], [3, 2])];
  const y = linear(x, weight);
  return { y, dispose: () => [x, weight, y].map(each => each.dispose()) };
};
const right = [1, 3, 3, 3, 7, 5];

const untilLost = () => new Promise<void>(resolve => onContextLost(resolve));

beforeAll(() => useBackend('webgl'));

test('pending reads reject when the context is lost, and so do later reads and ops', async () => {
  const before = memoryUsage();
  const first = product();
  const twice = mul(first.y, 2);
  const reads = [first.y.data(), first.y.data(), twice.data()].map(errorOf);
  expect(isContextLost()).toBe(false);
  loseContext();
  for (const error of await Promise.all(reads)) expectLost(error, 'data');
  expect(isContextLost()).toBe(true);
  expectLost(await errorOf(first.y.data()), 'data');
  let thrown: unknown;
  try {
    mul(first.y, first.y);
  } catch (error) {
    thrown = error;
  }
  expectLost(thrown, 'run');
  const inMainMemory = tensor([5, 6], [2]);
  expect([...(await inMainMemory.data())]).toEqual([5, 6]);
  inMainMemory.dispose();

  await recoverWebGL();
  expect(isContextLost()).toBe(false);
  const second = product();
  await expectClose(second.y, right, { absolute: 1e-6 });
  expect(() => mul(first.y, second.y)).toThrow(lostMessage('data')); // not zeros
  first.dispose();
  second.dispose();
  twice.dispose();
  expect(memoryUsage()).toEqual(before);
});

test('listeners are called for each loss until they are removed; recovery works repeatedly and is shared', async () => {
  let calls = 0;
  const stop = onContextLost(() => calls++);
  for (let round = 1; round <= 3; round++) {
    const lost = untilLost();
    loseContext();
    await lost;
    expect(calls).toBe(round);
    const [one, other] = [recoverWebGL(), recoverWebGL()];
    expect(one).toBe(other);
    await one;
    const again = product();
    await expectClose(again.y, right, { absolute: 1e-6 });
    again.dispose();
  }
  stop();
  const lost = untilLost();
  loseContext();
  await lost;
  expect(calls).toBe(3);
  await recoverWebGL();
});

test('the words of packed weights are lost with the context, and a new one takes them again', async () => {
  const before = memoryUsage();
  const make = () => pack(new Float32Array([1, 0, 1, 1, -1, 2]), [3, 2], 'bf16');
  const x = tensor([1, 2, 3, 4], [2, 2]);
  const weight = make();
  linear(x, weight).dispose();
  const lost = untilLost();
  loseContext();
  await lost;
  expectLost(await errorOf(weight.quants.data()), 'data');
  await recoverWebGL();
  const [again, y] = [make(), tensor([1, 2, 3, 4], [2, 2])];
  const product = linear(y, again);
  await expectClose(product, right, { absolute: 1e-6 });
  expect([...(await again.quants.data())]).toEqual([0x3f80, 0x3f803f80, 0x4000bf80]);
  for (const each of [x, weight, again, y, product]) each.dispose();
  expect(memoryUsage()).toEqual(before);
});

test('tensors that are disposed after the loss are no longer counted', async () => {
  const before = memoryUsage();
  const products: Tensor[] = Array.from({ length: 5 }, (_, i) => tidy(() => mul(tensor([1, 2, 3, i], [2, 2]), 2)));
  expect([...(await products[0]!.data())]).toEqual([2, 4, 6, 0]);
  const waiting = errorOf(products[1]!.data());
  const lost = untilLost();
  loseContext();
  await lost;
  await waiting;
  expect(memoryUsage().tensors).toBe(before.tensors + 5);
  expect([...(await products[0]!.data())]).toEqual([2, 4, 6, 0]); // read before, so in main memory too
  await recoverWebGL();
  for (const each of products) each.dispose();
  expect(memoryUsage()).toEqual(before);
});
