import { ResidualError } from '@residual/base';

/** The codes of errors; the README explains each. */
export type AudioErrorKind = 'format' | 'samples' | 'option' | 'config' | 'decoder' | 'microphone';

/** Throws that a WAV file is invalid. */
export function refuse(what: string): never {
  throw new ResidualError('format', `readWav: ${what}`);
}
