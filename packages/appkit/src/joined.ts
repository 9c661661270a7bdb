/** Vectors [dim] one after the other, [rows, dim]. */
export function joined(vectors: readonly Float32Array[]): Float32Array {
  const dim = vectors[0]?.length ?? 0;
  const data = new Float32Array(vectors.length * dim);
  for (const [row, vector] of vectors.entries()) data.set(vector, row * dim);
  return data;
}
