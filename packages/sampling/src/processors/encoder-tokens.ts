import { samplingError } from '../errors.js';
import type { Context } from '../processor.js';

/** The ids that the encoder read; throws when the context has none. */
export function encoderTokens(name: string, context: Context): ArrayLike<number> {
  if (!context.encoderTokens) {
    throw samplingError('option', `${name} needs context.encoderTokens, the ids that the encoder read`);
  }
  return context.encoderTokens;
}
