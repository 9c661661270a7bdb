const brand = '@residual/error';

/**
 * An error a caller can act on: `message` says what does not fit with both sides' numbers, `code` is stable across versions: `vectors` (a table or a
 * vocabulary), `word` (one that is not there), `expression`, `option`, `file` (questions, pairs). `ResidualError.is` of `@residual/tensor` recognises it.
 */
export class ResidualError extends Error {
  override readonly name = 'ResidualError';
  readonly [brand] = true;
  /** The words that are not there, where the code is `word`; none else. */
  readonly words: readonly string[];

  constructor(
    readonly code: 'vectors' | 'word' | 'expression' | 'option' | 'file',
    message: string,
    options: ErrorOptions & { readonly words?: readonly string[] } = {},
  ) {
    super(message, options);
    this.words = options.words ?? [];
  }

  static is(error: unknown): error is ResidualError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** Throws `NAME: WHAT is VALUE; it must be a whole number from LEAST on` unless that is so. */
export function expectWhole(name: string, what: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ResidualError('option', `${name}: ${what} is ${value}; it must be a whole number from ${least} on`);
}

/** Throws unless a vector has as many numbers as the table, all of them finite. */
export function expectVector(name: string, vector: ArrayLike<number>, dims: number): void {
  if (vector.length !== dims)
    throw new ResidualError('vectors', `${name}: a vector of ${vector.length} numbers; the table has ${dims}`);
  for (let i = 0; i < dims; i++)
    if (!Number.isFinite(vector[i]))
      throw new ResidualError('vectors', `${name}: the vector holds ${vector[i]} at place ${i}`);
}
