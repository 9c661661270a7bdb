/** A longer copy of an array. Its new elements are 0. */
export function grown<T extends Uint8Array | Int32Array | Float64Array>(values: T, length: number): T {
  const longer = new (values.constructor as new (length: number) => T)(length);
  longer.set(values);
  return longer;
}
