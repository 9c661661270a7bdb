/** The median of the `width` values around each one, the ends reflected; the values themselves if they are too few. */
export function medianFilter(values: Float32Array, width: number): Float32Array {
  const half = width >> 1;
  const { length } = values;
  if (length <= half) return values;
  const window = new Float32Array(width);
  return values.map((_, i) => {
    for (let j = 0; j < width; j++) {
      const at = Math.abs(i + j - half);
      window[j] = values[at < length ? at : 2 * (length - 1) - at]!;
    }
    return window.sort()[half]!;
  });
}

/** Attention of some heads, each [tokens, positions]. */
export interface HeadWeights {
  readonly heads: readonly Float32Array[];
  readonly tokens: number;
  readonly positions: number;
}

/**
 * How well each token fits each position of the sound, [tokens, positions]: the weights of each head standardized over
 * the tokens, smoothed along the positions by a median of `width`, and averaged over the heads.
 */
export function alignmentMatrix({ heads, tokens, positions }: HeadWeights, width: number): Float32Array {
  const matrix = new Float32Array(tokens * positions);
  for (const weights of heads) {
    const standard = new Float32Array(tokens * positions);
    for (let position = 0; position < positions; position++) {
      let [sum, squares] = [0, 0];
      for (let token = 0; token < tokens; token++) sum += weights[token * positions + position]!;
      const mean = sum / tokens;
      for (let token = 0; token < tokens; token++) squares += (weights[token * positions + position]! - mean) ** 2;
      const deviation = Math.sqrt(squares / tokens);
      for (let token = 0; token < tokens; token++) {
        const at = token * positions + position;
        standard[at] = (weights[at]! - mean) / deviation;
      }
    }
    for (let token = 0; token < tokens; token++) {
      const row = medianFilter(standard.subarray(token * positions, (token + 1) * positions), width);
      for (let position = 0; position < positions; position++)
        matrix[token * positions + position]! += row[position]! / heads.length;
    }
  }
  return matrix;
}

/**
 * The position at which each token begins on the path through [tokens, positions] with the largest sum that goes on by
 * one token, one position or both in every step (dynamic time warping, Sakoe and Chiba 1978).
 */
export function startsOfTokens(matrix: Float32Array, tokens: number, positions: number): number[] {
  const width = positions + 1;
  const cost = new Float32Array((tokens + 1) * width).fill(Number.POSITIVE_INFINITY);
  const trace = new Uint8Array((tokens + 1) * width).fill(both);
  cost[0] = 0;
  for (let position = 1; position <= positions; position++)
    for (let token = 1; token <= tokens; token++) {
      const at = token * width + position;
      const [c0, c1, c2] = [cost[at - width - 1]!, cost[at - width]!, cost[at - 1]!];
      const step = c0 < c1 && c0 < c2 ? both : c1 < c0 && c1 < c2 ? nextToken : nextPosition;
      cost[at] = -matrix[(token - 1) * positions + position - 1]! + (step === both ? c0 : step === nextToken ? c1 : c2);
      trace[at] = step;
    }
  const starts = Array<number>(tokens).fill(0);
  for (let [token, position] = [tokens, positions]; token > 0 || position > 0; ) {
    if (token > 0) starts[token - 1] = Math.max(position - 1, 0); // the last one that is written is the first position
    const step = token === 0 ? nextPosition : position === 0 ? nextToken : trace[token * width + position]!;
    if (step !== nextPosition) token--;
    if (step !== nextToken) position--;
  }
  return starts;
}

const both = 0;
const nextToken = 1;
const nextPosition = 2;
