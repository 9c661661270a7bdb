import { expectClose, expectNoLeak } from '@residual/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  add,
  clone,
  defineOp,
  dispose,
  gradients,
  linear,
  lowRankSum,
  memoryUsage,
  mul,
  ones,
  pack,
  range,
  requireBackend,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  tidy,
  toFloat,
  zeros,
} from '../index.js';
import { memoryProbe } from '../testing/memory-probe.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const numbers = async (x: Tensor | undefined) => [...(await x!.data())];

test('a tree of leaves gives a tree of gradients, undefined where nothing connects', async () => {
  await expectNoLeak(async () => {
    const weights = {
      layers: [{ weight: tensor([2, 3], [2]) }, { weight: tensor([5, 7], [2]), bias: tensor([1, 1], [2]) }],
      unused: ones([3]),
      count: range(2),
      name: 'a',
    };
    const [first, second] = weights.layers as [(typeof weights.layers)[0], (typeof weights.layers)[1]];
    const output = gradients(() => sum(mul(mul(first.weight, second.weight), toFloat(weights.count))), weights);
    expect(await numbers(output.value)).toEqual([21]);
    expect(await numbers(output.gradients.layers[0]!.weight)).toEqual([0, 7]);
    expect(await numbers(output.gradients.layers[1]!.weight)).toEqual([0, 3]);
    expect(output.gradients.layers[1]!.bias).toBeUndefined();
    expect(output.gradients.unused).toBeUndefined();
    expect(output.gradients.count).toBeUndefined();
    dispose([weights, output]);
  });
});

test('a tensor used twice gets both gradients, and a leaf that occurs twice a handle for each', async () => {
  await expectNoLeak(async () => {
    const x = tensor([3, -2], [2]);
    const output = gradients(() => sum(add(mul(x, x), mul(x, 5))), { first: x, again: [x] });
    expect(await numbers(output.gradients.first)).toEqual([11, 1]);
    expect(await numbers(output.gradients.again[0])).toEqual([11, 1]);
    output.gradients.first!.dispose();
    expect(await numbers(output.gradients.again[0])).toEqual([11, 1]);
    dispose([x, output]);
  });
});

test('any shape with an upstream gradient, which stays the caller’s', async () => {
  await expectNoLeak(async () => {
    const [x, dy] = [tensor([1, 2, 3], [3]), tensor([1, 0, -1], [3])];
    const output = gradients(() => square(x), x, dy);
    expect(await numbers(output.gradients)).toEqual([2, 0, -6]);
    const through = gradients(() => clone(x), x, dy);
    expect(await numbers(through.gradients)).toEqual([1, 0, -1]);
    dispose([output, through]);
    expect(await numbers(dy)).toEqual([1, 0, -1]);
    dispose([x, dy]);
  });
});

test('the value is a new handle, also if it is a leaf or an older tensor', async () => {
  await expectNoLeak(async () => {
    const [x, other] = [tensor([3], []), tensor([4], [])];
    const leaf = gradients(() => x, x);
    expect([await numbers(leaf.value), await numbers(leaf.gradients)]).toEqual([[3], [1]]);
    const old = gradients(() => other, x);
    expect([await numbers(old.value), old.gradients]).toEqual([[4], undefined]);
    dispose([leaf, old]);
    expect([x.isDisposed, other.isDisposed]).toEqual([false, false]);
    dispose([x, other]);
  });
});

test('gradients of gradients: the derivatives of x⁴', async () => {
  await expectNoLeak(async () => {
    const x = tensor([1.5], []);
    const derivative = (f: () => Tensor) => () => tidy(() => gradients(f, x).gradients as Tensor);
    const fourth = () => square(square(x));
    for (const [f, value] of [
      [derivative(fourth), 4 * 1.5 ** 3],
      [derivative(derivative(fourth)), 12 * 1.5 ** 2],
      [derivative(derivative(derivative(fourth))), 24 * 1.5],
    ] as const) {
      const result = f();
      await expectClose(result, [value], { relative: 1e-5 });
      result.dispose();
    }
    x.dispose();
  });
});

test('saved tensors are freed during the backward pass', () => {
  const depth = 12;
  const tensorCounts: number[] = [];
  const before = memoryUsage();
  const countTensors = memoryProbe(
    () => {},
    now => tensorCounts.push(now),
  );
  const x = ones([64]);
  const output = gradients(() => {
    let y = x;
    for (let i = 0; i < depth; i++) y = countTensors(tanh(mul(y, x)));
    return sum(y);
  }, x);
  expect(tensorCounts).toHaveLength(depth);
  // The first step back makes the gradient of x.
  for (let i = 2; i < depth; i++) expect(tensorCounts[i]!).toBe(tensorCounts[i - 1]! - 1);
  dispose([x, output]);
  expect(memoryUsage()).toEqual(before);
});

test('what does not depend on a leaf is not saved', () => {
  const [x, frozen] = [ones([8]), ones([8])];
  const before = memoryUsage().tensors;
  let during = 0;
  const output = gradients(() => {
    const y = tidy(() => tanh(tanh(tanh(mul(frozen, frozen)))));
    during = memoryUsage().tensors;
    return sum(mul(x, y));
  }, x);
  expect(during).toBe(before + 1);
  dispose([x, frozen, output]);
});

test('an error in the function leaks no tensor', async () => {
  const x = ones([4]);
  await expectNoLeak(() => {
    expect(() =>
      gradients(() => {
        tanh(mul(x, x));
        throw new Error('in the middle');
      }, x),
    ).toThrow('in the middle');
  });
  const after = gradients(() => sum(x), x); // and the next one works
  expect(await numbers(after.gradients)).toEqual([1, 1, 1, 1]);
  dispose([x, after]);
});

test('an error in a gradient leaks no tensor', async () => {
  const failing = defineOp<{ x: Tensor }>({
    name: 'test.failing',
    compose: ({ x }) => mul(x, 2),
    gradient: dy => ({
      x: () => {
        tanh(dy);
        throw new Error('on the way back');
      },
    }),
  });
  const x = ones([4]);
  await expectNoLeak(() => {
    const run = () => gradients(() => sum(tanh(mul(failing({ x: tanh(x) }), add(x, x)))), x);
    expect(run).toThrow('on the way back');
  });
  x.dispose();
});

test('ops without a gradient throw and leak no tensor', async () => {
  const misshapen = defineOp<{ x: Tensor }>({
    name: 'test.misshapen',
    compose: ({ x }) => mul(x, 2),
    gradient: dy => ({ x: () => sum(dy) }),
  });
  const onlyForward = defineOp<{ a: Tensor; b: Tensor }>({
    name: 'test.onlyForward',
    compose: ({ a, b }) => mul(a, b),
    gradient: dy => ({ a: () => dy }),
  });
  await expectNoLeak(() => {
    const x = ones([4]);
    const message = (f: () => Tensor, dy?: Tensor) => messageOf(() => gradients(f, x, dy));
    const foreign =
      'was made by an op that is not of @residual/tensor, so its gradient would be lost; use the ops of ' +
      '@residual/tensor or defineOp';
    expect(message(() => sum(tf.mul(x, 2)))).toBe(`gradients: the input "x" of residual.sum ${foreign}`);
    expect(message(() => add(x, tf.mul(x, 2)))).toBe(`gradients: the input "b" of residual.add ${foreign}`);
    expect(message(() => tf.sum(x))).toBe(`gradients: the result of the function ${foreign}`);
    expect(message(() => mul(x, 2))).toBe(
      'gradients: the function must return a number of shape [], not [4]; take the mean or the sum',
    );
    const dy = zeros([3]);
    expect(message(() => mul(x, 2), dy)).toBe('gradients: the function returned [4], the upstream gradient is [3]');
    expect(message(() => undefined as unknown as Tensor)).toBe('gradients: the function must return one tensor');
    expect(message(() => sum(misshapen({ x })))).toBe(
      'gradients: test.misshapen gave a gradient of shape [] for "x" of shape [4]',
    );
    expect(message(() => sum(onlyForward({ a: x, b: x })))).toBe('gradients: test.onlyForward has no gradient for "b"');
    expect(messageOf(() => gradients(() => sum(x), {}))).toBe('gradients: the tree holds no tensor');
    dispose([x, dy]);
  });
});

test('constants made inside the function are accepted', async () => {
  await expectNoLeak(async () => {
    const x = ones([2]);
    const output = gradients(() => sum(mul(x, tensor([2, 3], [2]))), x);
    expect(await numbers(output.gradients)).toEqual([2, 3]);
    dispose([x, output]);
  });
});

/** It is about the tree, so no programs are compiled for it. */
const testHere = requireBackend().startsWith('webg') ? test.skip : test;

testHere('packed matrices of a tree have no gradient, and to dispose the gradients leaves all weights', async () => {
  await expectNoLeak(async () => {
    const values = Float32Array.from({ length: 10 }, (_, i) => i - 3);
    const adapter = { down: ones([1, 5]), up: ones([2, 1]), scale: 1, active: true };
    const weights = {
      packed: pack(values, [2, 5], 'int8'),
      sum: lowRankSum(pack(values, [2, 5], 'int8'), { adapter }),
      bias: ones([2]),
    };
    const x = ones([3, 5]);
    const output = gradients(() => sum(add(linear(x, weights.packed, weights.bias), linear(x, weights.sum))), weights);
    const { packed, bias, sum: ofSum } = output.gradients as { packed: unknown; bias: Tensor; sum: unknown };
    expect([packed, await numbers(bias)]).toEqual([undefined, [3, 3]]);
    const { base, parts } = ofSum as { base: unknown; parts: { adapter: { down: Tensor; up: Tensor } } };
    expect([base, await numbers(parts.adapter.up)]).toEqual([undefined, [15, 15]]);
    dispose([output.value, output.gradients]);
    const after = [linear(x, weights.packed, weights.bias), linear(x, weights.sum)];
    expect((await numbers(after[1])).length).toBe(6);
    dispose([after, x, weights]);
  });
});
