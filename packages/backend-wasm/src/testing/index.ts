import '../index.js';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Starts the backend; for `beforeAll`. */
export async function start(): Promise<void> {
  await tf.setBackend('wasm');
}

/** A seeded random generator: `real()` in [-1, 1), `int(a, b)` in a..b, `pick` from a list. */
export function numbers(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    let z = state ^ (state >>> 15);
    z = Math.imul(z, 0x2c1b3c6d);
    return ((z ^ (z >>> 12)) >>> 0) / 2 ** 32;
  };
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    real: () => 2 * next() - 1,
    int,
    pick: <T>(list: readonly T[]): T => list[int(0, list.length - 1)]!,
    /** A float32 tensor of random numbers, times `scale`, plus `shift`. */
    tensor: (shape: number[], scale = 1, shift = 0) =>
      tf.tensor(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => (2 * next() - 1) * scale + shift),
        shape,
      ),
  };
}

/** An int32 tensor. */
export const ints = (values: ArrayLike<number>, shape: number[]) => tf.tensor(Int32Array.from(values), shape, 'int32');

/** Runs a kernel of ours by name. */
export function call(name: string, inputs: Record<string, tf.Tensor | undefined>, attributes: object = {}): tf.Tensor {
  const present = Object.fromEntries(Object.entries(inputs).filter(([, input]) => input)) as tf.NamedTensorMap;
  return tf.engine().runKernel(`residual.${name}`, present, attributes as tf.NamedAttrMap) as tf.Tensor;
}

/** The data of a tensor, read synchronously. */
export function read(x: tf.Tensor): ArrayLike<number> {
  return tf.backend().readSync(x.dataId) as Float32Array | Int32Array;
}

/** Expects each number to be within absolute + relative · |expected|; reports the index of the largest difference. */
export function expectNear(
  actual: tf.Tensor,
  expected: ArrayLike<number>,
  { absolute = 0, relative = 0 }: { absolute?: number; relative?: number },
  where = '',
): void {
  const values = read(actual);
  expect(values.length, `${where}: count`).toBe(expected.length);
  let worst = { excess: 0, text: '' };
  for (let i = 0; i < values.length; i++) {
    if (values[i] === expected[i]) continue;
    const excess = Math.abs(values[i]! - expected[i]!) / (absolute + relative * Math.abs(expected[i]!));
    if (!(excess <= Math.max(1, worst.excess))) {
      worst = { excess, text: `${where}: number ${i} of [${actual.shape}] is ${values[i]}, not ${expected[i]}` };
    }
  }
  expect(worst.text).toBe('');
}

/** Expects `body` to leak no tensor, and the memory not to grow over 1,000 calls. */
export function expectNoGrowth(body: () => tf.Tensor): void {
  const before = tf.memory();
  body().dispose();
  const heap = heapBytes();
  for (let i = 0; i < 1000; i++) body().dispose();
  const after = tf.memory();
  expect([after.numTensors, after.numBytes]).toEqual([before.numTensors, before.numBytes]);
  expect(heapBytes()).toBe(heap);
}

function heapBytes(): number {
  return (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength;
}
