/** Numbers that a model reads, row after row: `tensor(values, shape)` of `@residual/tensor` takes them as they are. */
export interface Features {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}
