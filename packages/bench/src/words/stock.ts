import {
  dispose,
  matMul,
  ready,
  reshape,
  setBackend,
  type Tensor2D,
  tensor2d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';

/**
 * The same query with TensorFlow.js's own ops on its WebAssembly backend: unit rows in float32, one product, `topk`.
 */
export async function stockSearch(units: Float32Array, dims: number) {
  await setBackend('wasm');
  await ready();
  const table = tensor2d(units, [units.length / dims, dims]);
  return {
    nearest: async (unit: Float32Array, topN: number): Promise<number[]> => {
      const best = tidy(() => {
        const cosines = matMul(table, tensor2d(unit, [dims, 1]) as Tensor2D);
        return topk(reshape(cosines, [units.length / dims]), topN).indices;
      });
      const rows = Array.from(await best.data());
      best.dispose();
      return rows;
    },
    close: () => dispose(table),
  };
}
