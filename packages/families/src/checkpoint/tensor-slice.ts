/** The slice of a checkpoint tensor that holds one weight. */
export interface TensorSlice {
  readonly checkpointName: string;
  readonly shape: readonly number[];
  /** The first row along the out axis, and the number of rows of the whole checkpoint tensor. */
  readonly start: number;
  readonly totalRows: number;
  readonly transposed: boolean;
  /** Whether the shape in the checkpoint has an additional first axis of length 1. */
  readonly leadingAxis: boolean;
  /** The value of all entries where the checkpoint lacks the tensor; undefined if it must have the tensor. */
  readonly defaultValue: number | undefined;
}

/** The shape of the whole checkpoint tensor of a slice. */
export function storedShape({ shape, totalRows, transposed, leadingAxis }: TensorSlice): number[] {
  const fullShape = [totalRows, ...shape.slice(1)];
  return transposed ? fullShape.toReversed() : leadingAxis ? [1, ...fullShape] : fullShape;
}

/** The shape of the weight if the stored shape is the expected one, else a shape that differs from it. */
export function leafShape(slice: TensorSlice, stored: readonly number[]): readonly number[] {
  return stored.join() === storedShape(slice).join() ? slice.shape : [...stored, 0];
}

/** Writes a weight [out, width] into the values of the whole checkpoint tensor. */
export function writeSlice(
  { shape, start, totalRows, transposed }: TensorSlice,
  values: Float32Array,
  target: Float32Array,
): void {
  const [out, width = 1] = shape as [number, number?];
  if (!transposed) {
    target.set(values, start * width);
    return;
  }
  for (let i = 0; i < width; i++)
    for (let o = 0; o < out; o++) target[i * totalRows + start + o] = values[o * width + i]!;
}
