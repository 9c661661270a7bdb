import { ResidualError } from '@residual/base';

export {
  errorFromPlain,
  errorToPlain,
  type PlainError,
  ResidualError,
  type ResidualErrorOptions,
  showValue,
} from '@residual/base';

/** Throws a `ResidualError` with code `shape` unless `fits`; the message is only built when it is needed. */
export function expectShape(fits: boolean, message: () => string): asserts fits {
  if (!fits) throw new ResidualError('shape', message());
}

/** `[2, 3]` as text for messages. */
export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
