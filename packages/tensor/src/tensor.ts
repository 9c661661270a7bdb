import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from './backend/backend.js';
import { expectShape, ResidualError, showShape } from './errors.js';
import { registerConstant } from './op-observers.js';
import { sizeOf } from './shape.js';

/** A tensor on the active backend. It is the tensor class of tfjs, so both libraries share data. */
export interface Tensor extends tf.Tensor {}

/**
 * A weight matrix [out, in] for `linear`, `embed` and tied heads. A dense matrix is a `Tensor`; other forms (packed, or
 * sums with low-rank adapters) share this interface, so code that only passes matrices on works with every form.
 * `dense(matrix)` returns the dense tensor.
 */
export interface Matrix {
  readonly shape: number[];
  readonly dtype: DataType;
  dispose(): void;
}

/**
 * Element types of tensors. The ops of this package support float32, int32 (exact up to ±2²⁴, beyond which GPU backends
 * round) and bool; tfjs has two more.
 */
export type DataType = 'float32' | 'int32' | 'bool' | 'complex64' | 'string';

/** Flat values of a tensor. */
export type TensorValues = Float32Array | Int32Array | Uint8Array | readonly number[];

/** Whether `value` is a tensor, also of another installed copy of tfjs. */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof tf.Tensor;
}

/** Nested values of a tensor, such as the rows of a matrix. */
export type NestedValues = number | readonly NestedValues[] | Float32Array | Int32Array | Uint8Array;

/**
 * A tensor of `values`, row-major, with `shape`, or with the shape of the values: `tensor([[1, 2], [3, 4]])` is [2, 2].
 * Some backends keep a typed array of the right type without copying it, so do not change it afterwards. Errors if the
 * number of values does not match the shape, nested lists differ in length, or a value is not a number.
 */
export function tensor(
  values: TensorValues | NestedValues,
  shape?: readonly number[],
  dtype: 'float32' | 'int32' | 'bool' = 'float32',
): Tensor {
  const isFlat = ArrayBuffer.isView(values) || (Array.isArray(values) && !isList(values[0]));
  return isFlat
    ? flatTensor(values as TensorValues, shape ?? [(values as TensorValues).length], dtype)
    : flatTensor(flatten(values), shape ?? shapeOf(values), dtype);
}

function flatTensor(values: TensorValues, shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): Tensor {
  requireBackend();
  const size = sizeOf(shape);
  expectShape(
    values.length === size && shape.every(length => Number.isInteger(length) && length >= 0),
    () => `tensor: ${values.length} values do not fit ${showShape(shape)}, which holds ${size}`,
  );
  const typed = values instanceof arrays[dtype] ? values : toArray(values, dtype);
  return registerConstant(tf.engine().makeTensor(typed, [...shape], dtype) as Tensor, typed);
}

/** A tensor of shape [] that holds one number. */
export function scalar(value: number, dtype: 'float32' | 'int32' = 'float32'): Tensor {
  return tensor([value], [], dtype);
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/** The shape of nested lists, read from their first entries. */
function shapeOf(values: unknown): number[] {
  return isList(values) ? [values.length, ...shapeOf(values[0])] : [];
}

/** The numbers of nested lists, row-major. Errors if lists of one depth differ in length. */
function flatten(values: unknown): number[] {
  const shape = shapeOf(values);
  const flat: number[] = [];
  const collect = (value: unknown, index: readonly number[]) => {
    const length = shape[index.length];
    const size = isList(value) ? value.length : undefined;
    expectShape(size === length, () => {
      const count = (n: number | undefined) => (n === undefined ? 'a number' : `a list of ${n}`);
      return (
        `tensor: there is ${count(size)} at ${showShape(index)}, where ${count(length)} is needed ` +
        'to be like the first'
      );
    });
    if (isList(value)) for (let i = 0; i < value.length; i++) collect(value[i], [...index, i]);
    else flat.push(value as number);
  };
  collect(values, []);
  return flat;
}

function toArray(values: TensorValues, dtype: 'float32' | 'int32' | 'bool'): Float32Array | Int32Array | Uint8Array {
  const invalid = ArrayBuffer.isView(values)
    ? -1
    : values.findIndex(value => typeof value !== 'number' && typeof value !== 'boolean');
  if (invalid >= 0)
    throw new ResidualError('dtype', `tensor: ${JSON.stringify(values[invalid])} at ${invalid} is not a number`);
  if (dtype === 'bool') return Uint8Array.from(values, value => (value ? 1 : 0));
  if (dtype === 'float32') return new Float32Array(values);
  const integers = new Int32Array(values);
  const inexact = Array.prototype.findIndex.call(values, (value: number, i: number) => value !== integers[i]);
  if (inexact < 0) return integers;
  throw new ResidualError(
    'dtype',
    `tensor: ${values[inexact]} at ${inexact} is not a 32-bit integer and the type is int32`,
  );
}

/**
 * Runs the synchronous `body` and disposes every tensor created in it, except those it returns (also in arrays and
 * plain objects).
 */
export function tidy<Result>(body: () => Result): Result {
  return tf.tidy(body as () => tf.TensorContainer) as Result;
}

/** Another handle on the same data, outside the enclosing `tidy`; no tape and no capture observes it. */
export function retain(x: Tensor): Tensor {
  const holder = tf.engine().state.tensorInfo.get(x.dataId)?.backend;
  if (!holder) throw new ResidualError('disposed', `tensor: the tensor ${showShape(x.shape)} is disposed`);
  holder.incRef(x.dataId);
  return tf.keep(tf.engine().makeTensorFromTensorInfo(x, holder) as Tensor);
}

/**
 * The next tensor id. Ids increase, so they order tensors by creation. The types of tfjs mark the counter as private.
 */
export function nextTensorId(): number {
  return (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId();
}

/** Excludes `x` from the enclosing `tidy`; the caller disposes it. */
export function keep<T extends Tensor>(x: T): T {
  return tf.keep(x);
}

/** Disposes every tensor in a value, list or tree. */
export function dispose(tree: unknown): void {
  if (isDisposable(tree)) tree.dispose();
  else if (typeof tree === 'object' && tree !== null) for (const part of Object.values(tree)) dispose(part);
}

function isDisposable(value: unknown): value is { dispose(): void } {
  return typeof value === 'object' && value !== null && 'dispose' in value && typeof value.dispose === 'function';
}

/**
 * Current memory usage: tensors and their bytes (two handles on the same data count twice), and data buffers on the
 * active backend (they count once).
 */
export function memoryUsage(): { tensors: number; bytes: number; buffers: number } {
  const { numTensors, numBytes } = tf.memory();
  return { tensors: numTensors, bytes: numBytes, buffers: tf.backend().numDataIds() };
}
