/** A value whose buffers are transferred instead of copied. */
export class Transferred<T> {
  constructor(
    readonly value: T,
    readonly transferables: readonly object[],
  ) {}
}

/** Marks buffers of a value for transfer when it is sent over a port; the sender can no longer use them. */
export function transfer<T>(value: T, transferables: readonly object[]): Transferred<T> {
  return new Transferred(value, transferables);
}
