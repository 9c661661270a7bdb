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

/** `readSlice` transposes this many rows at a time, so that it touches each cache line once. */
const floatsPerCacheLine = 16;

/**
 * The weight [out, width] from the values of the whole checkpoint tensor, transposed if needed. It shares the memory of
 * `values` if it is all of them.
 */
export function readSlice({ shape, start, totalRows, transposed }: TensorSlice, values: Float32Array): Float32Array {
  const [out, width = 1] = shape as [number, number?];
  if (!transposed)
    return start === 0 && out === totalRows ? values : values.slice(start * width, (start + out) * width);
  const result = new Float32Array(out * width);
  for (let from = 0; from < out; from += floatsPerCacheLine) {
    const to = Math.min(from + floatsPerCacheLine, out);
    for (let i = 0; i < width; i++)
      for (let o = from; o < to; o++) result[o * width + i] = values[i * totalRows + start + o]!;
  }
  return result;
}

/** The inverse of `readSlice`: writes the weight into the values of the whole checkpoint tensor. */
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
