import { ResidualError, registerKernels } from '@residual/tensor';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { gunzipBase64 } from './embedded.js';
import { attachKernels, type SharedBackend } from './heap.js';
import { kernels } from './kernels/index.js';
import { dropModuleListeners } from './process-listeners.js';

const name = 'wasm';
const priority = 2; // tfjs's own: before cpu, after webgpu

/** Puts our backend in the place of tfjs's under the name `wasm`, and registers our kernels for it. Done once, when the package is imported. */
export function register(): void {
  const stock = tf.findBackendFactory(name) as () => Promise<SharedBackend>;
  const start = async () => {
    const backend = await startTfjsBackend(stock);
    await attachKernels(backend);
    return backend;
  };
  if (name in tf.engine().registry) tf.engine().registryFactory[name] = { factory: start, priority };
  else {
    tf.removeBackend(name);
    tf.registerBackend(name, start, priority);
  }
  registerKernels(name, kernels);
  setUpKernels();
}

/**
 * Sets kernels up for the backend where it is running already: so does tfjs when a backend starts, and a second copy of its package, as in another bundle of one
 * server, has put kernels of its own in their place since.
 */
function setUpKernels(): void {
  const running = tf.engine().registry[name];
  if (running) for (const { setupFunc } of tf.getKernelsForBackend(name)) setupFunc?.(running);
}

/**
 * Starts tfjs's backend on the SIMD build that is embedded here. tfjs fetches its file through the platform object of its environment: for the time of the start
 * that object answers for this one file, so that no path is configured, nothing is served, and no security policy has to allow a fetch.
 */
async function startTfjsBackend(stock: () => Promise<SharedBackend>): Promise<SharedBackend> {
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
      dropModuleListeners(); // the module asks for its file while it starts
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
    return await stock();
  } finally {
    if (environment.platform === answering) environment.platform = real;
  }
}
