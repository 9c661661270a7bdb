import {
  ResidualError,
  registerKernels,
  registerLargestLogits,
  registerPendingData,
  registerPlanner,
} from '@residual/tensor';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { gunzipBase64 } from './embedded.js';
import { attachKernels, heapOf, type SharedBackend } from './heap.js';
import { kernels } from './kernels/index.js';
import { packMatrixRows } from './kernels/pack-rows.js';
import { largestLogits } from './largest-logits.js';
import { planStep } from './plan/plan-step.js';
import { dropModuleListeners } from './process-listeners.js';

const name = 'wasm';
const priority = 2; // that of tfjs: before cpu, after webgpu

/** Replaces the backend `wasm` of tfjs by ours and registers our kernels; runs once, when the package is imported. */
export function register(): void {
  const tfjsFactory = tf.findBackendFactory(name) as () => Promise<SharedBackend>;
  const start = async () => {
    const backend = await startTfjsBackend(tfjsFactory);
    await attachKernels(backend);
    return backend;
  };
  if (name in tf.engine().registry) tf.engine().registryFactory[name] = { factory: start, priority };
  else {
    tf.removeBackend(name);
    tf.registerBackend(name, start, priority);
  }
  registerKernels(name, kernels);
  registerPendingData(name, (running, shape, dtype) => {
    const heap = heapOf(running);
    const output = heap.output(shape, dtype);
    return { dataId: output.dataId, words: () => heap.ints(output), pack: (...rows) => packMatrixRows(heap, ...rows) };
  });
  registerLargestLogits(name, largestLogits);
  registerPlanner(name, planStep);
  setUpKernels();
}

/**
 * Sets up the kernels again if the backend is already running. tfjs does so when a backend starts, but a second copy of
 * its package (in another bundle of the same server) may have replaced the kernels since.
 */
function setUpKernels(): void {
  const running = tf.engine().registry[name];
  if (running) for (const { setupFunc } of tf.getKernelsForBackend(name)) setupFunc?.(running);
}

/**
 * Starts the backend of tfjs with the embedded SIMD build. tfjs fetches its file through the platform object of its
 * environment; during the start, that object returns the embedded file, so that no path is configured, no file is
 * served, and no security policy must allow a fetch. Errors without SIMD.
 */
async function startTfjsBackend(factory: () => Promise<SharedBackend>): Promise<SharedBackend> {
  const environment = tf.env();
  if (!(await environment.getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new ResidualError(
      'backend',
      'backend-wasm: this engine has no WebAssembly SIMD; import a backend that needs none (webgl, cpu)',
    );
  }
  environment.set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const { bytes } = await import('./generated/tfjs.js');
  const binary = await gunzipBase64(bytes);
  const file = 'residual:tfjs-backend-wasm';
  const real = environment.platform;
  const answering: tf.Platform = Object.assign(Object.create(real), {
    fetch: (path: string, request?: RequestInit) => {
      if (path !== file) return real.fetch(path, request);
      dropModuleListeners(); // the module fetches its file during its start
      return Promise.resolve({ ok: true, arrayBuffer: () => Promise.resolve(binary.buffer) } as Response);
    },
  });
  setWasmPaths(
    {
      'tfjs-backend-wasm.wasm': file,
      'tfjs-backend-wasm-simd.wasm': file,
      'tfjs-backend-wasm-threaded-simd.wasm': file,
    },
    true,
  );
  environment.platform = answering;
  try {
    return await factory();
  } finally {
    if (environment.platform === answering) environment.platform = real;
  }
}
