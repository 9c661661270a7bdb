import { samplingError } from '../errors.js';
import type { SequenceContext } from '../processor.js';

/** The ids that the encoder read; throws if the context has none. */
export function encoderTokens(name: string, context: SequenceContext): ArrayLike<number> {
  if (!context.encoderTokens) {
    throw samplingError('option', `${name} needs context.encoderTokens, the ids that the encoder read`);
  }
  return context.encoderTokens;
}
