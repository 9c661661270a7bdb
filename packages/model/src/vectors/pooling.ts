import type { PlainTensor } from '../plain-tensor.js';

/** The ways in which the vectors of the tokens become one. */
export const poolings = ['mean', 'cls', 'last', 'max', 'meanSqrtLength', 'weightedMean'] as const;

/**
 * How the vectors of the tokens become one: their mean, the first token's, the last token's, the largest entries, the
 * sum divided by √length, or the mean weighted by 1, 2, 3 and so on.
 */
export type Pooling = (typeof poolings)[number];

/** Pools rows `from` to before `to` of states [length, modelDim] into one vector [modelDim]. */
export function pool(
  { shape, data }: PlainTensor,
  [from, to]: readonly [number, number],
  pooling: Pooling,
): Float32Array {
  const width = shape.at(-1)!;
  const row = (i: number) => data.slice(i * width, (i + 1) * width);
  if (pooling === 'cls') return row(from);
  if (pooling === 'last') return row(to - 1);
  if (pooling === 'max') {
    const largest = Float32Array.from(row(from));
    for (let i = from + 1; i < to; i++)
      for (let k = 0; k < width; k++) largest[k] = Math.max(largest[k]!, data[i * width + k]!);
    return largest;
  }
  const weightOf = (i: number) => (pooling === 'weightedMean' ? i - from + 1 : 1);
  const sum = new Float64Array(width);
  let weights = 0;
  for (let i = from; i < to; i++) {
    weights += weightOf(i);
    for (let k = 0; k < width; k++) sum[k]! += weightOf(i) * data[i * width + k]!;
  }
  const divisor = pooling === 'meanSqrtLength' ? Math.sqrt(weights) : weights;
  return Float32Array.from(sum, value => value / divisor);
}

/** The vector scaled to length 1; zeros stay zeros. */
export function l2Normalize(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map(value => value / length);
}
