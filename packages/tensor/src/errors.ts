const brand = '@residual/error';

/**
 * An error a caller can act on: `message` says what does not fit with both sides' numbers, `code` is stable across versions.
 * `ResidualError.is(error)` recognises it also when it comes from another installed copy of this package.
 */
export class ResidualError extends Error {
  readonly code: string;
  readonly [brand] = true;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ResidualError';
    this.code = code;
  }

  static is(error: unknown): error is ResidualError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** Throws a `ResidualError` with code `shape` unless `fits`; the message is only built when it is needed. */
export function expectShape(fits: boolean, message: () => string): asserts fits {
  if (!fits) throw new ResidualError('shape', message());
}

/** `[2, 3]` as text for messages. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
