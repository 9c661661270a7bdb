/** The Euclidean norm of a vector. */
export function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}

/** The unit vector of a vector; zeros stay zeros. */
export function unitOf(vector: ArrayLike<number>): Float64Array {
  const length = lengthOf(vector);
  return Float64Array.from(vector, value => (length === 0 ? 0 : value / length));
}

/** The dot product a · b. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Adds `factor` times a vector to `into`. */
export function addTo(into: Float64Array, vector: ArrayLike<number>, factor = 1): void {
  for (let i = 0; i < into.length; i++) into[i]! += factor * vector[i]!;
}
