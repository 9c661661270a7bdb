import { ResidualError } from '@residual/base';

/** The codes of errors; the README explains each. */
export type SafetensorsErrorKind = 'format' | 'source' | 'missing' | 'dtype' | 'index' | 'write' | 'length' | 'range';

/** Throws what does not fit; `explain` adds the function name and the code. */
export function refuse(what: string): never {
  throw new Error(what);
}

/**
 * Returns the result of `work`; turns what it refuses into a `ResidualError` of `kind` whose message starts with
 * `where`.
 */
export function explain<T>(kind: SafetensorsErrorKind, where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ResidualError(kind, `${where}: ${(cause as Error).message}`, { cause });
  }
}

/** A name for messages: quoted, with control characters escaped, cut after 80 characters. */
export function quote(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}

/** The number of names, and the first eight. Smaller than `firstFew` of base, which shows values of any type. */
export function listNames(names: Iterable<string>): string {
  const all = [...names];
  return `${all.length}: ${all.slice(0, 8).map(quote).join(', ')}`;
}
