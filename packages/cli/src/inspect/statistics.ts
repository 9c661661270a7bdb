/** What the numbers of an activation are like. */
export interface Statistics {
  readonly mean: number;
  /** The standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** Mean, standard deviation, least and largest number. */
export function statisticsOf(values: ArrayLike<number>): Statistics {
  let [sum, min, max] = [0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    min = Math.min(min, values[i]!);
    max = Math.max(max, values[i]!);
  }
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, std: Math.sqrt(squares / values.length), min, max };
}
