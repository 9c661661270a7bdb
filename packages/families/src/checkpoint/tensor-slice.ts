import type { RowRun } from '@residual/layers';
import type { WeightMapping } from '../family.js';
import { type Arrangement, arrangedShape, runsOf, splitExperts } from './arrangement.js';

/** The slice of a checkpoint tensor that holds one weight. */
export interface TensorSlice {
  /** The name that is written; with `*` for the number of the expert where each has a tensor of its own. */
  readonly checkpointName: string;
  /** The names of the tensors, one of each expert if they are apart. */
  readonly names: readonly string[];
  /** Other names under which files hold the tensor, in the order of `names`. */
  readonly otherNames: readonly (readonly string[])[];
  readonly shape: readonly number[];
  /** The first row along the out axis, and the number of rows of the whole checkpoint tensor. */
  readonly start: number;
  readonly totalRows: number;
  readonly transposed: boolean;
  /** The position of each additional axis of length 1 in the checkpoint. */
  readonly unitAxis: WeightMapping['unitAxis'];
  /** The value of all entries where the checkpoint lacks the tensor; undefined if it must have the tensor. */
  readonly defaultValue: number | undefined;
  /** How the rows lie, if they do not simply follow each other from `start` on, and which member the weight is. */
  readonly arrangement: (Arrangement & { readonly member: number }) | undefined;
}

/** The shape of each checkpoint tensor of a slice. */
export function storedShape({ shape, totalRows, transposed, unitAxis, arrangement }: TensorSlice): number[] {
  if (arrangement) return arrangedShape(arrangement, shape[1]);
  const fullShape = shape.length === 0 ? [] : [totalRows, ...shape.slice(1)];
  if (transposed) return fullShape.toReversed();
  return [unitAxis ?? []].flat().reduce<number[]>((shape, axis) => shape.toSpliced(axis, 0, 1), fullShape);
}

/** The shape of the weight if the stored shape is the expected one, else a shape that differs from it. */
export function leafShape(
  slice: TensorSlice,
  stored: readonly number[],
  expected: readonly number[],
): readonly number[] {
  return stored.join() === expected.join() ? slice.shape : [...stored, 0];
}

/** Where the rows of a weight lie among the rows of its checkpoint tensor, or of those of all experts. */
export function rowsOfSlice({ arrangement, start, shape }: TensorSlice): RowRun[] {
  return arrangement ? runsOf(arrangement, arrangement.member) : [{ stored: start, own: 0, length: shape[0] ?? 1 }];
}

/** Writes a weight [out, width] into the values of the whole checkpoint tensor, or of the rows of all experts. */
export function writeSlice(slice: TensorSlice, values: Float32Array, target: Float32Array): void {
  const { shape, start, totalRows, transposed } = slice;
  const [out, width = 1] = shape as [number, number?];
  if (!transposed) {
    for (const { stored, own, length } of rowsOfSlice(slice))
      target.set(values.subarray(own * width, (own + length) * width), stored * width);
    return;
  }
  for (let i = 0; i < width; i++)
    for (let o = 0; o < out; o++) target[i * totalRows + start + o] = values[o * width + i]!;
}

/** The checkpoint tensors of values that `writeSlice` filled, in the order of the names of the slice. */
export function splitTensors({ arrangement }: TensorSlice, values: Float32Array): Float32Array[] {
  return arrangement ? splitExperts(arrangement, values) : [values];
}
