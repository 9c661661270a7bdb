import { ResidualError, registeredBackends, useBackend } from '@residual/tensor';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';

const rejection = async (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

const withNavigator = (navigator: object) =>
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });

const original = Object.getOwnPropertyDescriptor(globalThis, 'navigator');

beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {}); // tfjs reports a backend that does not start
});

afterEach(() => {
  if (original) Object.defineProperty(globalThis, 'navigator', original);
  else Reflect.deleteProperty(globalThis, 'navigator');
});

test('importing the package in Node needs no browser global and registers the backend', async () => {
  const touched: string[] = [];
  withNavigator(new Proxy({}, { get: (_, name) => void touched.push(String(name)) }));
  await import('./index.js');
  expect(registeredBackends()).toContain('webgpu');
  expect(touched.filter(name => name !== 'gpu' && name !== 'userAgent')).toEqual([]); // tfjs asks whether it is there
});

test('without WebGPU in the process it says what to install', async () => {
  const error = await rejection(useBackend('webgpu'));
  expect(ResidualError.is(error) && error.code).toBe('backend');
  expect((error as Error).message).toBe(
    "useBackend: 'webgpu' does not start on this machine: webgpu: this process has no WebGPU; in Node install " +
      "the package 'webgpu' and set its globals and navigator.gpu before useBackend('webgpu')",
  );
});

test('without an adapter it says that the machine has none', async () => {
  withNavigator({ gpu: { requestAdapter: async () => null } });
  expect(await rejection(useBackend('webgpu'))).toMatchObject({
    message:
      "useBackend: 'webgpu' does not start on this machine: webgpu: this machine offers no adapter: no graphics " +
      'driver that WebGPU supports was found; use another backend (webgl, wasm)',
  });
});

test('the device is requested with the limits and features of the adapter', async () => {
  const asked: GPUDeviceDescriptor[] = [];
  const adapter = {
    features: new Set(['timestamp-query']),
    limits: { maxBufferSize: 7, maxStorageBufferBindingSize: 5, maxComputeInvocationsPerWorkgroup: 3 },
    requestDevice: async (descriptor: GPUDeviceDescriptor) => {
      asked.push(descriptor);
      throw new Error('no device today');
    },
  };
  withNavigator({ gpu: { requestAdapter: async () => adapter } });
  expect(await rejection(useBackend('webgpu'))).toMatchObject({
    message: "useBackend: 'webgpu' does not start on this machine: no device today",
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]!.requiredFeatures).toEqual(['timestamp-query']);
  expect(asked[0]!.requiredLimits).toMatchObject({ maxBufferSize: 7, maxStorageBufferBindingSize: 5 });
});
