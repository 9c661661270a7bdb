import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { wasmMemoryUsage } from './index.js';
import { kernels } from './kernels/index.js';
import { register } from './register.js';
import { call, expectNear, start } from './testing/index.js';

test('before the backend starts no memory is taken', () => {
  expect(wasmMemoryUsage()).toEqual({ heapBytes: 0, limitBytes: 4294901760 });
});

test("starting it asks the platform for no file and leaves tfjs's environment as it was", async () => {
  const { platform } = tf.env();
  const asked: string[] = [];
  const real = platform.fetch;
  platform.fetch = path => {
    asked.push(path);
    return real.call(platform, path);
  };
  await start();
  platform.fetch = real;
  expect(asked).toEqual([]);
  expect(tf.env().platform).toBe(platform);
  expect(tf.getBackend()).toBe('wasm');
});

beforeAll(() => expect(tf.engine().registry.wasm).toBeUndefined());

test('every kernel is registered for wasm under the name of its op', () => {
  for (const name of Object.keys(kernels)) expect(tf.getKernel(name, 'wasm').kernelFunc, name).toBe(kernels[name]);
});

/** A sum that uses our kernels and those of tfjs. */
function works(): void {
  tf.tidy(() => {
    const x = tf.ones([3, 5]);
    const y = tf.add(call('linear', { x, weight: tf.fill([2, 5], 2) }), 1);
    expectNear(y, [11, 11, 11, 11, 11, 11], { absolute: 1e-6 });
    expectNear(call('matMul', { a: x, b: x }, { transposeA: true, transposeB: false }), new Array(25).fill(3), {
      absolute: 0,
    });
  });
}

test('kernels work after the backend was removed and restarted, five times', async () => {
  works();
  const { factory, priority } = tf.engine().registryFactory.wasm!;
  for (let i = 0; i < 5; i++) {
    tf.removeBackend('wasm');
    tf.registerBackend('wasm', factory, priority);
    expect(await tf.setBackend('wasm')).toBe(true);
    works();
  }
});

test('a second copy of the package, as in two bundles, serves the running backend with its kernels', () => {
  const factory = tf.engine().registryFactory.wasm!;
  const stock = tf.getKernel('Add', 'wasm');
  let running: unknown;
  const kernelFunc: tf.KernelFunc = parameters => {
    if (running !== parameters.backend) throw new Error('Add was not set up for this backend');
    return stock.kernelFunc(parameters);
  };
  const setupFunc = (backend: unknown) => {
    running = backend;
  };
  tf.unregisterKernel('Add', 'wasm');
  tf.registerKernel({ kernelName: 'Add', backendName: 'wasm', kernelFunc, setupFunc });
  expect(works).toThrow('Add was not set up for this backend');
  register();
  works();
  tf.unregisterKernel('Add', 'wasm');
  tf.registerKernel(stock);
  tf.engine().registryFactory.wasm = factory;
});

test('the memory usage is in bytes and grows with the tensors', () => {
  const { heapBytes, limitBytes } = wasmMemoryUsage();
  const large = tf.zeros([heapBytes / 4]);
  expect(wasmMemoryUsage().heapBytes).toBeGreaterThan(Math.max(heapBytes, large.size * 4));
  expect(wasmMemoryUsage().limitBytes).toBe(limitBytes);
  large.dispose();
});

test('a result that does not fit in 4 GB throws with the memory in use, and the backend keeps working', () => {
  const many = tf.zeros([33000, 1]);
  const fewer = tf.zeros([32500, 1]); // 4.29 GB: it would fit alone
  const { heapBytes } = wasmMemoryUsage();
  for (const weight of [many, fewer]) {
    expect(() => call('linear', { x: many, weight })).toThrow(
      `backend-wasm: no room for a tensor [33000, ${weight.shape[0]}]; the memory holds ${heapBytes} of at most ` +
        '4294901760 bytes',
    );
  }
  works();
  tf.dispose([many, fewer]);
});

test('a kernel on a backend that started without us says what to do', () => {
  const { kernelFunc } = tf.getKernel('residual.silu', 'wasm');
  const backend = { wasm: {} } as unknown as tf.KernelBackend;
  expect(() => kernelFunc({ inputs: {}, attrs: {}, backend })).toThrow(
    "backend-wasm: tfjs's wasm backend was running before '@residual/backend-wasm' was imported; import it " +
      'before the first op',
  );
});
