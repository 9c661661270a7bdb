import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { backendOf, ones, ready, registeredBackends, tensor, useBackend } from '../index.js';
import { messageOf } from '../testing/message-of.js';

/** A backend that holds numbers and computes nothing. These tests run in order, in a separate process. */
class Shelf extends tf.KernelBackend {
  private readonly entries = new Map<object, tf.BackendValues>();

  override write(values: tf.BackendValues): object {
    const dataId = {};
    this.entries.set(dataId, values);
    return dataId;
  }

  override disposeData(dataId: object): boolean {
    return this.entries.delete(dataId);
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override dispose(): void {}
}

const missing = "tensor: no backend is registered; import '@residual/backend-webgl' (or wasm, webgpu, cpu)";
const rejection = async (promise: Promise<unknown>) => (await promise.catch((error: Error) => error.message)) as string;

beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {}); // tfjs reports a backend that does not start
});

test('without a backend the first op says which import is missing', async () => {
  expect(registeredBackends()).toEqual([]);
  expect(messageOf(() => tensor([1], [1]))).toBe(missing);
  expect(messageOf(() => ones([2]))).toBe(missing);
  expect(await rejection(ready())).toBe(missing);
  expect(await rejection(useBackend('wasm'))).toBe(
    "useBackend: 'wasm' is not registered; import '@residual/backend-wasm' first (registered: none)",
  );
});

test('a backend that does not start is named', async () => {
  tf.registerBackend('broken', () => {
    throw new Error('no such machine');
  });
  const message = 'tensor: no backend starts on this machine (registered: broken)';
  expect(messageOf(() => tensor([1], [1]))).toBe(message);
  expect(await rejection(ready())).toBe(message);
  expect(await rejection(useBackend('broken'))).toBe(
    "useBackend: 'broken' does not start on this machine: no such machine",
  );
  tf.removeBackend('broken');
});

test('a backend that is still starting says to wait, and starts once', async () => {
  let startCount = 0;
  let start = () => {};
  tf.registerBackend('slow', () => {
    startCount++;
    return new Promise<tf.KernelBackend>(resolve => {
      start = () => resolve(new Shelf());
    });
  });
  const message = "tensor: backend 'slow' is not ready; await ready() before the first op";
  expect(messageOf(() => tensor([1], [1]))).toBe(message);
  expect(messageOf(() => ones([2]))).toBe(message);
  const isReady = ready();
  start();
  expect(await isReady).toBe('slow');
  expect(startCount).toBe(1);
  const x = tensor([1], [1]);
  expect(backendOf(x)).toBe('slow');
  x.dispose();
  expect(backendOf(x)).toBe('none');
});

test('a backend that fails to start leaves the one before active', async () => {
  tf.registerBackend('late', async () => {
    throw new Error('no such machine');
  });
  expect(await rejection(useBackend('late'))).toBe(
    "useBackend: 'late' does not start on this machine: no such machine",
  );
  const x = tensor([1], [1]);
  expect(backendOf(x)).toBe('slow');
  x.dispose();
  tf.removeBackend('late');
});

test('while another backend starts, ops say to wait for it', async () => {
  let start = () => {};
  tf.registerBackend(
    'other',
    () =>
      new Promise<tf.KernelBackend>(resolve => {
        start = () => resolve(new Shelf());
      }),
    5,
  );
  expect(registeredBackends()).toEqual(['other', 'slow']); // best first
  const used = useBackend('other');
  expect(messageOf(() => tensor([1], [1]))).toBe(
    "tensor: backend 'other' is not ready; await ready() before the first op",
  );
  start();
  await used;
  expect(await ready()).toBe('other');
  expect(await rejection(useBackend('third'))).toBe(
    "useBackend: 'third' is not registered; import '@residual/backend-third' first (registered: other, slow)",
  );
});
