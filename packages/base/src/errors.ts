import { printable } from './printable.js';

const brand = '@residual/error';

/** Settings of a `ResidualError`. */
export interface ResidualErrorOptions extends ErrorOptions {
  /** The facts of the message as plain data by name, such as `step`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error that a caller can act on. `message` says what does not fit, with the numbers of both sides, and is safe to
 * print on a terminal (`printable`). `code` is stable across versions. `ResidualError.is(error)` also recognises errors
 * of another installed copy of this package.
 */
export class ResidualError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly [brand] = true;

  constructor(code: string, message: string, { details = {}, ...options }: ResidualErrorOptions = {}) {
    super(printable(`${message}`), options);
    this.name = 'ResidualError';
    this.code = code;
    this.details = details;
  }

  static is(error: unknown): error is ResidualError {
    return brand in Object(error);
  }
}
