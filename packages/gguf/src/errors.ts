import { ResidualError } from '@residual/base';

/** The codes of errors; the README explains each. */
export type GgufErrorKind = 'format' | 'source' | 'missing' | 'type' | 'write' | 'length' | 'range';

/** Throws that a file is invalid. */
export function refuse(what: string): never {
  throw new ResidualError('format', `openGguf: ${what}`);
}

/** A name for messages: quoted, with control characters escaped, cut after 80 characters. */
export const quote = (name: string): string => JSON.stringify(name.slice(0, 80));
