import { ResidualError } from '@residual/base';

/** The codes of errors; the README says when each is thrown. */
export type SafetensorsErrorKind = 'format' | 'source' | 'missing' | 'dtype' | 'index' | 'write' | 'length';

/** Says what does not fit; whoever knows the function and the code adds them (`explain`). */
export function refuse(what: string): never {
  throw new Error(what);
}

/** What `work` returns; what it refuses becomes a `ResidualError` of `kind` whose message begins with `where`. */
export function explain<T>(kind: SafetensorsErrorKind, where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ResidualError(kind, `${where}: ${(cause as Error).message}`, { cause });
  }
}

/** A name as text for messages: quoted, control characters escaped, its first 80 characters. */
export function quote(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}

/** How many names there are, and the first eight of them. */
export function firstFew(names: Iterable<string>): string {
  const all = [...names];
  return `${all.length}: ${all.slice(0, 8).map(quote).join(', ')}`;
}

/** Throws unless a converter's output holds exactly as many values as its input. */
export function expectLength(converter: string, from: ArrayLike<number>, into: ArrayLike<number>): void {
  if (from.length === into.length) return;
  throw new ResidualError('length', `${converter}: ${from.length} values; ${into.length} would fit`);
}
