import * as tf from '@tensorflow/tfjs-core';
import { limitBytes, type SharedBackend } from './heap.js';

/** The size in bytes of the memory that holds all tensors of the wasm backend. */
export interface WasmMemoryUsage {
  /** The current size: weights, activations, scratch and gaps. WebAssembly memory never shrinks. */
  readonly heapBytes: number;
  /** The maximal size. */
  readonly limitBytes: number;
}

/** The memory usage of the wasm backend in bytes; heapBytes is 0 before it has started. */
export function wasmMemoryUsage(): WasmMemoryUsage {
  const backend = tf.engine().registry.wasm as SharedBackend | undefined;
  return { heapBytes: backend ? backend.wasm.asm.memory.buffer.byteLength : 0, limitBytes };
}
