/** One row of numbers. The loops below compute in float64; tests compare with their results. */
export type Row = number[];
/** Rows of one width: [length, width]. */
export type Rows = Row[];

/** Flat numbers as nested arrays of a shape: nest([1, 2, 3, 4], [2, 2]) is [[1, 2], [3, 4]]. */
// biome-ignore lint/suspicious/noExplicitAny: as deep as the shape is long; the caller states the type
export const nest = (values: ArrayLike<number>, shape: readonly number[]): any => {
  const [length, ...inner] = shape;
  if (length === undefined) return values[0];
  const size = inner.reduce((product, n) => product * n, 1);
  const flat = Array.from(values);
  return Array.from({ length }, (_, i) => nest(flat.slice(i * size, (i + 1) * size), inner));
};

/** The numbers of a tensor as nested arrays. */
// biome-ignore lint/suspicious/noExplicitAny: as deep as the shape is long; the caller states the type
export const nestedOf = async (x: { shape: readonly number[]; data(): Promise<ArrayLike<number>> }): Promise<any> =>
  nest(await x.data(), x.shape);

const sum = (row: Row) => row.reduce((total, value) => total + value, 0);
const dot = (a: Row, b: Row) => sum(a.map((value, i) => value * b[i]!));

/** a + b, entry by entry. */
export const addRows = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((value, j) => value + b[i]![j]!));

/** x weightᵀ + bias; weight is [out, in]. */
export const linearRows = (x: Rows, weight: Rows, bias?: Row): Rows =>
  x.map(row => weight.map((column, o) => dot(row, column) + (bias?.[o] ?? 0)));

/** (x - mean) / √(variance + epsilon) · weight + bias. */
export const layerNormRows = (x: Rows, weight: Row, bias: Row, epsilon: number): Rows =>
  x.map(row => {
    const mean = sum(row) / row.length;
    const root = Math.sqrt(sum(row.map(value => (value - mean) ** 2)) / row.length + epsilon);
    return row.map((value, i) => ((value - mean) / root) * weight[i]! + bias[i]!);
  });

/** x / √(mean x² + epsilon) · weight. */
export const rmsNormRows = (x: Rows, weight: Row, epsilon: number): Rows =>
  x.map(row => {
    const root = Math.sqrt(sum(row.map(value => value ** 2)) / row.length + epsilon);
    return row.map((value, i) => (value / root) * weight[i]!);
  });

/** eˣ / Σ eˣ; -Infinity becomes 0, and a row of only -Infinity zeros. */
export const softmaxRow = (row: Row): Row => {
  const largest = Math.max(...row);
  if (largest === Number.NEGATIVE_INFINITY) return row.map(() => 0);
  const powers = row.map(value => Math.exp(value - largest));
  return powers.map(value => value / sum(powers));
};

/** x / (1 + e⁻ˣ). */
export const silu64 = (x: number): number => x / (1 + Math.exp(-x));

/** x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2. */
export const geluTanh64 = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** x (1 + erf(x / √2)) / 2, erf by its power series: exact to float64 for |x| up to about 5. */
export const gelu64 = (x: number): number => {
  const z = x / Math.SQRT2;
  let [term, series] = [z, z];
  for (let n = 1; n < 200; n++) {
    term *= -(z * z) / n;
    series += term / (2 * n + 1);
  }
  return 0.5 * x * (1 + (2 / Math.sqrt(Math.PI)) * series);
};

/** Columns head · headDim .. of each row. */
export const headRows = (x: Rows, head: number, headDim: number): Rows =>
  x.map(row => row.slice(head * headDim, (head + 1) * headDim));

/**
 * One head of attention: scores before the softmax, weights over the keys that `mask` allows, and the output, the
 * weighted values.
 */
export const attendRows = (
  { query, key, value }: { query: Rows; key: Rows; value: Rows },
  mask: (queryIndex: number, keyIndex: number) => boolean = () => true,
  {
    scale = 1 / Math.sqrt(query[0]!.length),
    softCap = 0,
    bias = () => 0,
  }: { scale?: number; softCap?: number; bias?: (queryIndex: number, keyIndex: number) => number } = {},
): { scores: Rows; weights: Rows; output: Rows } => {
  const capped = (score: number) => (softCap > 0 ? softCap * Math.tanh(score / softCap) : score);
  const scores = query.map((q, i) => key.map((k, j) => capped(dot(q, k) * scale) + bias(i, j)));
  const weights = scores.map((row, i) =>
    softmaxRow(row.map((score, j) => (mask(i, j) ? score : Number.NEGATIVE_INFINITY))),
  );
  const output = weights.map(row => value[0]!.map((_, d) => sum(row.map((weight, j) => weight * value[j]![d]!))));
  return { scores, weights, output };
};
