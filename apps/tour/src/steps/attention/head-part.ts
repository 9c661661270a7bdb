/** The part of one head in an activation [heads, ...]. */
export function partOfHead(data: ArrayLike<number>, head: number, heads: number): Float32Array {
  const size = data.length / heads;
  return Float32Array.from(data).slice(head * size, (head + 1) * size);
}
