import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from './backend.js';
import { noteConstant } from './tape.js';

/** A tensor on the active backend. It is tfjs's own tensor, so the two libraries share data; use the ops of this package on it. */
export interface Tensor extends tf.Tensor {}

/**
 * A weight matrix `[out, in]` as `linear`, `embed` and the tied head take it. A dense matrix is a `Tensor`; other forms (packed, sums with a
 * low-rank part) share this interface, so code that only passes matrices on works with every form. `dense(matrix)` gives the plain tensor.
 */
export interface Matrix {
  readonly shape: number[];
  readonly dtype: DataType;
  dispose(): void;
}

/** Element types of tensors: 32-bit floats, 32-bit integers, booleans. */
export type DataType = 'float32' | 'int32' | 'bool' | 'complex64' | 'string';

/** What a tensor can be made of. */
export type TensorValues = Float32Array | Int32Array | Uint8Array | readonly number[];

/** Whether `value` is a tensor, of whichever copy of tfjs. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof tf.Tensor;
}

/** A tensor of `values` (row-major) with `shape`. Errors when the shape does not hold exactly as many values. */
export function tensor(
  values: TensorValues,
  shape: readonly number[],
  dtype: 'float32' | 'int32' | 'bool' = 'float32',
): Tensor {
  requireBackend();
  return noteConstant(tf.tensor(values as Float32Array, shape as number[], dtype));
}

/** A tensor of shape [] that holds one number. */
export function scalar(value: number, dtype: 'float32' | 'int32' = 'float32'): Tensor {
  requireBackend();
  return noteConstant(tf.scalar(value, dtype));
}

/** Runs `body` and disposes every tensor made in it but those it returns (also inside arrays and plain objects). `body` is synchronous. */
export function tidy<Result>(body: () => Result): Result {
  return tf.tidy(body as () => tf.TensorContainer) as Result;
}

/** Takes `x` out of the enclosing `tidy`: whoever keeps it disposes it. */
export function keep<T extends Tensor>(x: T): T {
  return tf.keep(x);
}

/** Disposes every tensor in a value, tree or list of them. */
export function dispose(tree: unknown): void {
  if (isDisposable(tree)) tree.dispose();
  else if (typeof tree === 'object' && tree !== null) for (const part of Object.values(tree)) dispose(part);
}

function isDisposable(value: unknown): value is { dispose(): void } {
  return typeof value === 'object' && value !== null && 'dispose' in value && typeof value.dispose === 'function';
}

/** What the engine holds now: number of tensors and their bytes. */
export function memory(): { tensors: number; bytes: number } {
  const { numTensors, numBytes } = tf.memory();
  return { tensors: numTensors, bytes: numBytes };
}
