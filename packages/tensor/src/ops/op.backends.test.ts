import { expectClose, expectNoLeak } from '@residual/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { add, defineOp, dispose, gradients, mul, ones, sum, type Tensor, tensor, tidy } from '../index.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const numbers = async (x: Tensor | undefined) => [...(await x!.data())];

/** Registers a kernel for the active backend, made of tfjs ops, so that one body serves all backends. */
const registered: string[] = [];
const register = (kernelName: string, kernel: (inputs: Record<string, Tensor>, attributes: object) => tf.Tensor) => {
  tf.registerKernel({
    kernelName,
    backendName: tf.getBackend(),
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => kernel(inputs as Record<string, Tensor>, attrs ?? {})),
  });
  registered.push(kernelName);
};

afterEach(() => {
  for (const name of registered.splice(0)) tf.unregisterKernel(name, tf.getBackend());
});

test('an op of a composition alone: gradients go through it', async () => {
  const squareOfSum = defineOp<{ a: Tensor; b: Tensor }>({
    name: 'mine.squareOfSum',
    compose: ({ a, b }) => mul(add(a, b), add(a, b)),
  });
  await expectNoLeak(async () => {
    const [a, b] = [tensor([1, 2], [2]), tensor([3, -1], [2])];
    const y = squareOfSum({ a, b });
    expect(await numbers(y)).toEqual([16, 1]);
    const result = gradients(() => sum(squareOfSum({ a, b })), { a, b });
    expect(await numbers(result.gradients.a)).toEqual([8, 2]);
    expect(await numbers(result.gradients.b)).toEqual([8, 2]);
    dispose([a, b, y, result]);
  });
});

/** scale · x³, with its own gradient and an optional input. */
const cube = defineOp<{ x: Tensor; shift?: Tensor }, { scale: number }>({
  name: 'mine.cube',
  compose: ({ x, shift }, { scale }) => {
    const y = mul(mul(mul(x, x), x), scale);
    return shift ? add(y, shift) : y;
  },
  saves: ['x'],
  gradient: (dy, { saved: { x }, attributes: { scale } }) => ({
    x: () => mul(mul(dy, mul(x, x)), 3 * scale),
    shift: () => dy,
  }),
});

test('an op with its own gradient, attributes and an optional input', async () => {
  await expectNoLeak(async () => {
    const [x, shift] = [tensor([1, 2], [2]), tensor([10, 20], [2])];
    const result = gradients(() => sum(cube({ x, shift }, { scale: 2 })), { x, shift });
    expect(await numbers(result.value)).toEqual([48]);
    expect(await numbers(result.gradients.x)).toEqual([6, 24]);
    expect(await numbers(result.gradients.shift)).toEqual([1, 1]);
    const without = gradients(() => sum(cube({ x }, { scale: 2 })), { x, shift });
    expect(await numbers(without.gradients.x)).toEqual([6, 24]);
    expect(without.gradients.shift).toBeUndefined();
    dispose([x, shift, result, without]);
  });
});

test('a kernel of the op’s name is used, also under a gradient', async () => {
  let calls = 0;
  register('mine.cube', ({ x }, attributes) => {
    calls++;
    expect(attributes).toEqual({ scale: 2 });
    return tf.mul(tf.pow(x!, tf.scalar(3)), 2);
  });
  await expectNoLeak(async () => {
    const x = tensor([1, 2], [2]);
    const y = cube({ x }, { scale: 2 });
    await expectClose(y, [2, 16], { relative: 1e-5 });
    const result = gradients(() => sum(cube({ x }, { scale: 2 })), x);
    await expectClose(result.gradients!, [6, 24], { absolute: 0 });
    dispose([x, y, result]);
  });
  expect(calls).toBeGreaterThanOrEqual(2);
});

test('a kernel without a gradient is replaced by the composition where a gradient flows, and only there', async () => {
  let calls = 0;
  register('mine.double', ({ x }) => {
    calls++;
    return tf.mul(x!, 2);
  });
  const double = defineOp<{ x: Tensor }>({ name: 'mine.double', compose: ({ x }) => add(x, x) });
  const [x, frozen] = [ones([2]), ones([2])];
  const result = gradients(() => sum(mul(double({ x }), double({ x: frozen }))), x);
  expect(await numbers(result.gradients)).toEqual([4, 4]);
  expect(calls).toBe(1);
  dispose([x, frozen, result]);
});

test('an input that is returned unchanged becomes a new handle', async () => {
  const same = defineOp<{ x: Tensor }>({ name: 'mine.same', compose: ({ x }) => x });
  await expectNoLeak(async () => {
    const x = ones([2]);
    const y = same({ x });
    expect(y).not.toBe(x);
    y.dispose();
    const result = gradients(() => sum(same({ x })), x);
    expect(await numbers(result.gradients)).toEqual([1, 1]);
    dispose([x, result]);
  });
});

test('an op that has neither kernel nor composition here says so', () => {
  const absent = defineOp<{ x: Tensor }>({ name: 'mine.absent', tfjsKernel: 'NoSuchKernel' });
  const nothing = defineOp<{ x: Tensor }>({ name: 'mine.nothing' });
  const wrong = defineOp<{ x: Tensor }>({
    name: 'mine.wrong',
    tfjsKernel: 'Neg',
    tfjsKernelWrongOn: [tf.getBackend()],
  });
  const x = ones([1]);
  const backend = tf.getBackend();
  expect(messageOf(() => absent({ x }))).toBe(`mine.absent: backend '${backend}' has no kernel NoSuchKernel for it`);
  expect(messageOf(() => nothing({ x }))).toBe(`mine.nothing: backend '${backend}' has no kernel mine.nothing for it`);
  expect(messageOf(() => wrong({ x }))).toBe(`mine.wrong: backend '${backend}' has no kernel mine.wrong for it`);
  x.dispose();
});

test('an op of a kernel alone runs, and says that it has no gradient', async () => {
  const negative = defineOp<{ x: Tensor }>({ name: 'mine.negative', tfjsKernel: 'Neg' });
  await expectNoLeak(async () => {
    const x = ones([2]);
    const y = negative({ x });
    expect(await numbers(y)).toEqual([-1, -1]);
    expect(messageOf(() => gradients(() => sum(negative({ x })), x))).toBe('gradients: mine.negative has no gradient');
    dispose([x, y]);
  });
});

test('gradients that others register for tfjs’s kernels do not change ours', async () => {
  tf.registerGradient({
    kernelName: 'Multiply',
    gradFunc: dy => ({ a: () => dy as tf.Tensor, b: () => dy as tf.Tensor }),
  });
  const x = tensor([3], [1]);
  const result = gradients(() => tidy(() => sum(mul(x, x))), x);
  expect(await numbers(result.gradients)).toEqual([6]);
  tf.unregisterGradient('Multiply');
  dispose([x, result]);
});
