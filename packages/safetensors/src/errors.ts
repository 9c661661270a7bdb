/** What went wrong, as the part of an error's code behind `safetensors.`; the README says when each is thrown. */
export type SafetensorsErrorKind = 'format' | 'source' | 'missing' | 'dtype' | 'index' | 'write' | 'length';

/**
 * An error a caller can act on: `message` says what does not fit with the numbers of both sides, `status` is what a server answered,
 * and `code`, which begins with `safetensors.`, is stable across versions: go by it rather than by `instanceof`, and an error of
 * another installed copy of this package is recognised too.
 */
export class SafetensorsError extends Error {
  declare readonly code: `safetensors.${SafetensorsErrorKind}`;
  declare readonly status: number | undefined;
  /** The mark by which `ResidualError.is` of @residual/tensor knows the errors of this family. */
  readonly '@residual/error' = true;

  constructor(kind: SafetensorsErrorKind, message: string, options?: ErrorOptions & { status?: number | undefined }) {
    super(message, options);
    this.name = 'SafetensorsError';
    this.code = `safetensors.${kind}`;
    this.status = options?.status;
  }
}

/** Says what does not fit; whoever knows the function and the code adds them (`explain`). */
export function refuse(what: string): never {
  throw new Error(what);
}

/** What `work` returns; what it refuses becomes a `SafetensorsError` of `kind` whose message begins with `where`. */
export function explain<T>(kind: SafetensorsErrorKind, where: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new SafetensorsError(kind, `${where}: ${(cause as Error).message}`, { cause });
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
  throw new SafetensorsError('length', `${converter}: ${from.length} values; ${into.length} would fit`);
}
