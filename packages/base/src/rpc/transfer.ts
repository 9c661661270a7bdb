/** A value whose buffers are given away instead of copied. */
export class Transferred<T> {
  constructor(
    readonly value: T,
    readonly transferables: readonly object[],
  ) {}
}

/** Marks a value that crosses a port so that these of its buffers are given away instead of copied: they must be nobody else's. */
export function transfer<T>(value: T, transferables: readonly object[]): Transferred<T> {
  return new Transferred(value, transferables);
}
