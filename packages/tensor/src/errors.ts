const brand = '@residual/error';

/** Settings of a `ResidualError`. */
export interface ResidualErrorOptions extends ErrorOptions {
  /** What the message says, for programs: plain data by name, such as `step`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error a caller can act on: `message` says what does not fit with both sides' numbers, `code` is stable across versions.
 * `ResidualError.is(error)` recognises it also when it comes from another installed copy of this package.
 */
export class ResidualError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(code: string, message: string, { details = {}, ...options }: ResidualErrorOptions = {}) {
    super(message, options);
    this.name = 'ResidualError';
    this.code = code;
    this.details = details;
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

/** An error as it crosses a port. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: PlainError | undefined;
}

/** An error as plain data, its cause too; what was thrown and is no error counts as the message of one. */
export function errorToPlain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = error;
  const own = ResidualError.is(error) && { code: error.code, details: error.details };
  return { name, message, stack, ...own, ...(cause !== undefined && { cause: errorToPlain(cause) }) };
}

/** The error that `errorToPlain` was given, on the other side of a port. */
export function errorFromPlain({ name, message, stack, code, details = {}, cause }: PlainError): Error {
  const options = cause && { cause: errorFromPlain(cause) };
  const error =
    code === undefined ? new Error(message, options) : new ResidualError(code, message, { details, ...options });
  if (name !== error.name) Object.defineProperty(error, 'name', { value: name, configurable: true });
  if (stack !== undefined) error.stack = stack;
  return error;
}
