/**
 * The published architectures in plain float64 loops, with weights by checkpoint name: the expected results for
 * settings without a fixture. It imports nothing of Residual but types, so that both are independent.
 */

/** Numbers in rows. */
export type Rows = number[][];

/** A weight of a checkpoint, row by row. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** Weights by name. */
export type NamedWeights = Readonly<Record<string, Weight>>;

/** A parsed config.json. */
// biome-ignore lint/suspicious/noExplicitAny: JSON, each reader knows its fields
export type Fields = Readonly<Record<string, any>>;

/** The outputs of one forward pass. */
export interface ForwardOutput {
  /** [length, vocab]. */
  readonly logits: Rows;
  /** After the embedding, after each block but the last, after the final norm: each [length, modelDim]. */
  readonly hidden: readonly Rows[];
  /** By block and head: [length, keys]. */
  readonly attentions: readonly (readonly Rows[])[];
}

/** The cached keys and values by block and head. */
export type Past = { keys: Rows[]; values: Rows[] }[];

/**
 * One forward pass over tokens at `positionIds` after the cached `past`, which it extends. `total` is the length of the
 * longest sequence after the pass.
 */
export type Forward = (
  tokens: readonly number[],
  positionIds: readonly number[],
  total: number,
  past: Past,
) => ForwardOutput;

/** Entry [row, column] of a matrix. */
export const entry = ({ shape, values }: Weight, row: number, column: number): number =>
  values[row * shape[1]! + column]!;

/** One row of a matrix. */
export const rowOf = ({ shape, values }: Weight, row: number): number[] =>
  Array.from(values.subarray(row * shape[1]!, (row + 1) * shape[1]!));

/** a + b. */
export const addRows = (a: Rows, b: Rows): Rows => a.map((row, i) => row.map((value, d) => value + b[i]![d]!));

/** eˣ / Σ eˣ. */
export const softmax = (scores: readonly number[]): number[] => {
  const largest = Math.max(...scores);
  const powers = scores.map(score => Math.exp(score - largest));
  let sum = 0;
  for (const power of powers) sum += power;
  return powers.map(power => power / sum);
};

/** Causal attention of `queries` (by head); the query heads of a group share one key/value head. */
export const attend = (
  queries: readonly Rows[],
  { keys, values }: { keys: readonly Rows[]; values: readonly Rows[] },
  scale: number,
): { output: Rows; weights: Rows[] } => {
  const [length, shared] = [queries[0]!.length, queries.length / keys.length];
  const output: Rows = Array.from({ length }, () => []);
  const weights = queries.map((head, h) => {
    const [ownKeys, ownValues] = [keys[Math.floor(h / shared)]!, values[Math.floor(h / shared)]!];
    const before = ownKeys.length - length;
    return head.map((query, i) => {
      const scores: number[] = [];
      for (let j = 0; j <= before + i; j++) {
        let score = 0;
        for (let d = 0; d < query.length; d++) score += query[d]! * ownKeys[j]![d]!;
        scores.push(score * scale);
      }
      const row = softmax(scores);
      for (let d = 0; d < query.length; d++) {
        let sum = 0;
        for (let j = 0; j < row.length; j++) sum += row[j]! * ownValues[j]![d]!;
        output[i]!.push(sum);
      }
      return [...row, ...Array<number>(length - 1 - i).fill(0)];
    });
  });
  return { output, weights };
};

/** Columns head · headDim .. of each row, for every head. */
export const heads = (rows: Rows, count: number): Rows[] =>
  Array.from({ length: count }, (_, h) => {
    const headDim = rows[0]!.length / count;
    return rows.map(row => row.slice(h * headDim, (h + 1) * headDim));
  });

/** The error function: its power series near 0, the continued fraction of its complement elsewhere. */
const erf = (x: number): number => {
  const z = Math.abs(x);
  if (z < 3) {
    let [term, sum] = [z, z];
    for (let n = 1; n < 100; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = z;
  for (let n = 60; n >= 1; n--) fraction = z + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction);
};

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const geluTanh = (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const geluErf = (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2));

/** Activations under the names of configs. */
export const activations: Readonly<Record<string, (x: number) => number>> = {
  gelu: geluErf,
  gelu_python: geluErf,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  gelu_python_tanh: geluTanh,
  gelu_accurate: geluTanh,
  quick_gelu: x => x * sigmoid(1.702 * x),
  silu: x => x * sigmoid(x),
  swish: x => x * sigmoid(x),
  relu: x => Math.max(x, 0),
  relu2: x => Math.max(x, 0) ** 2,
  tanh: Math.tanh,
  sigmoid,
  linear: x => x,
};

const range = (length: number, first = 0) => Array.from({ length }, (_, i) => first + i);

/** A whole sequence at once; the first `padding` tokens are masked, and counted by the position ids. */
export const forwardAll = (pass: Forward, tokens: readonly number[], padding = 0): ForwardOutput =>
  pass(tokens.slice(padding), range(tokens.length - padding, padding), tokens.length, []);

/** The mean of -log p(next token) over the sequence. */
export const lossOf = (pass: Forward, tokens: readonly number[]): number => {
  const { logits } = forwardAll(pass, tokens);
  let sum = 0;
  for (let i = 0; i + 1 < tokens.length; i++) {
    const largest = Math.max(...logits[i]!);
    const powers = logits[i]!.reduce((all, logit) => all + Math.exp(logit - largest), 0);
    sum += largest + Math.log(powers) - logits[i]![tokens[i + 1]!]!;
  }
  return sum / (tokens.length - 1);
};

/** Changes logits depending on the tokens so far. */
export type Adjust = (logits: readonly number[], tokens: readonly number[]) => readonly number[];

/** A repetition penalty (Keskar et al. 2019), and no pair of tokens may occur twice. */
export const noRepeats: Adjust = (logits, tokens) => {
  const penalty = 1.3;
  const last = tokens.at(-1);
  return logits.map((logit, id) => {
    if (tokens.some((token, i) => i > 0 && token === id && tokens[i - 1] === last)) return Number.NEGATIVE_INFINITY;
    if (!tokens.includes(id)) return logit;
    return logit < 0 ? logit * penalty : logit / penalty;
  });
};

/**
 * Greedy continuations with cached keys and values; `margin` is the smallest difference between the two largest logits.
 */
export const greedyDecode = (
  pass: Forward,
  rows: readonly (readonly number[])[],
  count: number,
  adjust: Adjust = logits => logits,
): { rows: number[][]; margin: number } => {
  const maxLength = Math.max(...rows.map(row => row.length));
  let margin = Number.POSITIVE_INFINITY;
  const sequences = rows.map(row => {
    const [tokens, past]: [number[], Past] = [[...row], []];
    for (let step = 0; step < count; step++) {
      const inputIds = step === 0 ? tokens : tokens.slice(-1);
      const { logits } = pass(
        inputIds,
        range(inputIds.length, tokens.length - inputIds.length),
        maxLength + step,
        past,
      );
      const choices = adjust(logits.at(-1)!, tokens);
      const order = range(choices.length).sort((a, b) => choices[b]! - choices[a]!);
      margin = Math.min(margin, choices[order[0]!]! - choices[order[1]!]!);
      tokens.push(order[0]!);
    }
    return tokens;
  });
  return { rows: sequences, margin };
};
