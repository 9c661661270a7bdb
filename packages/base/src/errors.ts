import { printable } from './printable.js';

const brand = '@residual/error';

/** Settings of a `ResidualError`. */
export interface ResidualErrorOptions extends ErrorOptions {
  /** What the message says, for programs: plain data by name, such as `step`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An error a caller can act on: `message` says what does not fit with both sides' numbers, in characters that a terminal shows (`printable`); `code` is stable
 * across versions.
 * `ResidualError.is(error)` recognises it also when it comes from another installed copy of this package.
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
    return typeof error === 'object' && error !== null && brand in error;
  }
}
