import * as tf from '@tensorflow/tfjs-core';
import { limitBytes, type SharedBackend } from './heap.js';

/** Bytes of the memory that all tensors of the wasm backend lie in. */
export interface WasmMemoryUsage {
  /** Taken from the system so far: weights, activations, scratch and gaps. WebAssembly memory never shrinks. */
  readonly heapBytes: number;
  /** How large it may become. */
  readonly limitBytes: number;
}

/** How much memory the wasm backend has taken, in bytes; all 0 before it has started. */
export function wasmMemoryUsage(): WasmMemoryUsage {
  const backend = tf.engine().registry.wasm as SharedBackend | undefined;
  return { heapBytes: backend ? backend.wasm.asm.memory.buffer.byteLength : 0, limitBytes };
}
