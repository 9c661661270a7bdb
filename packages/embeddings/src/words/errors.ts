const brand = '@residual/error';

/**
 * An error a caller can act on: `message` says what does not fit with both sides' numbers, `code` is stable across versions: `vectors` (a table or a
 * vocabulary), `word` (one that is not there), `expression`, `option`, `file` (questions, pairs). `ResidualError.is` of `@residual/tensor` recognises it.
 */
export class ResidualError extends Error {
  override readonly name = 'ResidualError';
  readonly [brand] = true;
  /** What the message says, for programs: `words` that are not there, where the code is `word`. */
  readonly details: { readonly words?: readonly string[] };

  constructor(
    readonly code: 'vectors' | 'word' | 'expression' | 'option' | 'file',
    message: string,
    { details = {}, ...options }: ErrorOptions & { readonly details?: { readonly words?: readonly string[] } } = {},
  ) {
    super(message, options);
    this.details = details;
  }

  static is(error: unknown): error is ResidualError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** A text of a file as an error shows it: in quotes, its beginning where it is long, what a terminal might obey escaped. */
export function quoted(text: string): string {
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  return shown.replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escaped);
}

/** What a value of a file is, where a text was to be: `5`, `null`, `a list`. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}

/** Names as an error lists them: the first few, and how many more there are. */
export function firstFew(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, all.length > 10 ? 8 : 10).map(name => quoted(name).slice(1, -1));
  return `${shown.join(', ')}${shown.length < all.length ? ` and ${all.length - shown.length} more` : ''}`;
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
