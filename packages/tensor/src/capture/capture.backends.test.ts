import { expectClose, expectNoLeak } from '@residual/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  capture,
  defineOp,
  dispose,
  exp,
  gradients,
  linear,
  memoryUsage,
  mul,
  ones,
  reshape,
  sum,
  type Tensor,
  tanh,
  tidy,
  zeros,
} from '../index.js';
import { toTensor } from '../testing/expect-op.js';
import { sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

/** A kernel of tfjs on the active backend. */
const stock = (name: string, inputs: tf.NamedTensorInfoMap, backend: object) =>
  tf.getKernel(name, tf.getBackend()).kernelFunc({ inputs, backend }) as tf.TensorInfo;

test('several outputs, one twice, an input, a constant, and two shapes of one result', async () => {
  const constant = ones([6]);
  await expectNoLeak(async () => {
    const step = (x: Tensor) => {
      const y = tanh(x);
      const wide = reshape(y, [2, 3]);
      return [y, wide, wide, x, constant, mul(y, constant)];
    };
    const x = toTensor(sample([6], 3));
    const { outputs, graph } = capture(x => step(x!), [x]);
    const other = toTensor(sample([6], 5));
    for (let round = 0; round < 3; round++) {
      const replayed = graph.replay([other]);
      const expected = (await other.data()) as Float32Array;
      const values = expected.map(Math.tanh);
      const expectedOutputs = [values, values, values, expected, new Float32Array(6).fill(1), values];
      for (const [i, result] of replayed.entries()) await expectClose(result, expectedOutputs[i]!, { absolute: 1e-6 });
      expect(replayed[1]!.shape).toEqual([2, 3]);
      dispose(replayed); // each output is a new handle
      expect([other.isDisposed, constant.isDisposed]).toEqual([false, false]);
    }
    dispose([graph, other, x, outputs.slice(0, 3), outputs[5]]);
  });
  expect(constant.isDisposed).toBe(false);
  constant.dispose();
});

test('a step with gradients can be captured', async () => {
  await expectNoLeak(async () => {
    const weight = toTensor(sample([3, 5], 3));
    const slope = (x: Tensor) => {
      const outcome = gradients(() => sum(mul(tanh(linear(x, weight)), linear(x, weight))), { x });
      return [outcome.value, outcome.gradients.x!];
    };
    const [first, other] = [toTensor(sample([2, 5], 5)), toTensor(sample([2, 5], 7))];
    const { outputs, graph } = capture(x => slope(x!), [first]);
    const eager = tidy(() => slope(other));
    const replayed = graph.replay([other]);
    for (const [i, result] of replayed.entries())
      await expectClose(result, (await eager[i]!.data()) as Float32Array, { absolute: 1e-5 });
    dispose([weight, first, other, outputs, graph, eager, replayed]);
  });
});

test('a kernel that returns a tensor is replayed without counting it', async () => {
  const backendName = tf.getBackend();
  tf.registerKernel({
    kernelName: 'mine.twice',
    backendName,
    kernelFunc: ({ inputs, backend }) => {
      const twice = stock('Add', { a: inputs.x!, b: inputs.x! }, backend);
      return tf.engine().makeTensorFromTensorInfo(twice);
    },
  });
  const twice = defineOp<{ x: Tensor }>({ name: 'mine.twice' });
  const x = ones([4]);
  const { outputs, graph } = capture(x => [mul(twice({ x: x! }), 3)], [x]);
  const before = memoryUsage();
  for (let i = 0; i < 3; i++) {
    const [y] = graph.replay([x]);
    expect([...(await y!.data())]).toEqual([6, 6, 6, 6]);
    y!.dispose();
  }
  expect(memoryUsage()).toEqual(before);
  tf.unregisterKernel('mine.twice', backendName);
  dispose([x, outputs, graph]);
});

test('a step that fails leaks nothing, when captured and when replayed', async () => {
  const backendName = tf.getBackend();
  let fails = false;
  tf.registerKernel({
    kernelName: 'mine.fails',
    backendName,
    kernelFunc: ({ inputs, backend }) => {
      if (fails) throw new Error('in the middle');
      return stock('Neg', { x: inputs.x! }, backend);
    },
  });
  const failing = defineOp<{ x: Tensor }>({ name: 'mine.fails' });
  const x = ones([4]);
  const step = (x: Tensor) => [mul(failing({ x: tanh(x) }), tanh(x))];
  const { outputs, graph } = capture(x => step(x!), [x]);
  fails = true;
  const before = memoryUsage();
  expect(() => graph.replay([x])).toThrow('in the middle');
  expect(() => capture(x => step(x!), [x])).toThrow('in the middle');
  expect(memoryUsage()).toEqual(before);
  fails = false;
  const [y] = graph.replay([x]); // and it still works
  await expectClose(y!, new Float32Array(4).fill(-(Math.tanh(1) ** 2)), { absolute: 1e-5 });
  tf.unregisterKernel('mine.fails', backendName);
  dispose([x, outputs, graph, y]);
});

test('what cannot be captured or replayed throws', async () => {
  await expectNoLeak(() => {
    const [x, ids] = [ones([2, 3]), zeros([2], 'int32')];
    expect(messageOf(() => capture(x => [exp(tf.neg(x!))], [x]))).toBe(
      'capture: the input "x" of Exp was made by an op that is not of @residual/tensor, so a replay would not ' +
        'make it again; use the ops of @residual/tensor or defineOp',
    );
    expect(messageOf(() => capture(x => [tf.neg(x!)], [x]))).toBe(
      'capture: result 0 was made by an op that is not of @residual/tensor, so a replay would not make it again; ' +
        'use the ops of @residual/tensor or defineOp',
    );
    expect(messageOf(() => capture(x => capture(y => [y!], [x!]).outputs, [x]))).toBe(
      'capture: a capture is already running',
    );
    expect(messageOf(() => capture(x => [x!], [x, x]))).toBe(
      'capture: a tensor is given twice; each input must be a separate tensor',
    );
    const { outputs, graph } = capture((x, ids) => [mul(x!, 2), mul(ids!, 2)], [x, ids]);
    expect(messageOf(() => graph.replay([x]))).toBe(
      'replay: captured with inputs float32[2, 3] int32[2], given float32[2, 3]',
    );
    const float = ones([2]);
    expect(messageOf(() => graph.replay([x, float]))).toBe(
      'replay: captured with inputs float32[2, 3] int32[2], given float32[2, 3] float32[2]',
    );
    graph.dispose();
    expect(messageOf(() => graph.replay([x, ids]))).toBe('replay: the captured graph is disposed');
    dispose([x, ids, float, outputs]);
  });
});
