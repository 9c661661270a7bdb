import { ResidualError } from '@residual/base';

/** Throws unless a vector has as many numbers as the table, all of them finite. */
export function expectVector(name: string, vector: ArrayLike<number>, dims: number): void {
  if (vector.length !== dims)
    throw new ResidualError('vectors', `${name}: a vector of ${vector.length} numbers; the table has ${dims}`);
  for (let i = 0; i < dims; i++)
    if (!Number.isFinite(vector[i]))
      throw new ResidualError('vectors', `${name}: the vector holds ${vector[i]} at index ${i}`);
}
