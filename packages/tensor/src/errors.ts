import { ResidualError } from '@residual/base';

export {
  errorFromPlain,
  errorToPlain,
  type PlainError,
  ResidualError,
  type ResidualErrorOptions,
  showValue,
} from '@residual/base';

/** Throws a `ResidualError` with code `shape` unless `fits`; `message` is called only then. */
export function expectShape(fits: boolean, message: () => string): asserts fits {
  if (!fits) throw new ResidualError('shape', message());
}

/** A shape as text for messages: `[2, 3]`. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
