/** The samples from one index to another of those that came in parts; all of them if no indices are given. */
export function joinedSamples(
  parts: readonly Float32Array[],
  from = 0,
  to = parts.reduce((sum, { length }) => sum + length, 0),
): Float32Array {
  const samples = new Float32Array(to - from);
  let start = 0;
  for (const part of parts) {
    const [first, last] = [Math.max(from, start), Math.min(to, start + part.length)];
    if (last > first) samples.set(part.subarray(first - start, last - start), first - from);
    start += part.length;
  }
  return samples;
}
