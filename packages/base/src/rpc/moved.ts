/** A value whose buffers are given away instead of copied. */
export class Moved<T> {
  constructor(
    readonly value: T,
    readonly buffers: readonly object[],
  ) {}
}

/** Marks a value that crosses a port so that these of its buffers are given away instead of copied: they must be nobody else's. */
export function moved<T>(value: T, buffers: readonly object[]): Moved<T> {
  return new Moved(value, buffers);
}
