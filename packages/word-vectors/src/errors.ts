import { ResidualError, showValue } from '@residual/base';

/** A list of names for an error: the first few, and the number of further ones. */
export function firstFew(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, all.length > 10 ? 8 : 10).map(name => showValue(name).slice(1, -1));
  return `${shown.join(', ')}${shown.length < all.length ? ` and ${all.length - shown.length} more` : ''}`;
}

/** Throws unless an option is a whole number of at least `minimum`. */
export function expectInteger(name: string, what: string, value: number, minimum: number): void {
  if (Number.isInteger(value) && value >= minimum) return;
  throw new ResidualError('option', `${name}: ${what} is ${value}; it must be a whole number from ${minimum} on`);
}

/** Throws unless a vector has as many numbers as the table, all of them finite. */
export function expectVector(name: string, vector: ArrayLike<number>, dims: number): void {
  if (vector.length !== dims)
    throw new ResidualError('vectors', `${name}: a vector of ${vector.length} numbers; the table has ${dims}`);
  for (let i = 0; i < dims; i++)
    if (!Number.isFinite(vector[i]))
      throw new ResidualError('vectors', `${name}: the vector holds ${vector[i]} at index ${i}`);
}
