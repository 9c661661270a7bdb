import { fromValues, type Grid } from './grid.js';

/** The inputs and settings of attention, as grids and numbers. */
export interface AttendCase {
  readonly query: Grid;
  readonly key: Grid;
  readonly value: Grid;
  readonly bias?: Grid;
  readonly position?: number;
  readonly keyStart?: readonly number[];
  readonly keyEnd?: readonly number[];
  /** The batch row that the key at (row, key) is read from. */
  readonly beamIndices?: Grid;
  readonly causal?: boolean;
  readonly window?: number;
  readonly chunk?: number;
  /** The logit of each head's sink. */
  readonly sinks?: Grid;
  readonly softCap?: number;
  readonly scale?: number;
  /** The factor on each weight after the softmax. */
  readonly dropoutMask?: Grid;
}

/** Attention by loops in float64: softmax(query · key · scale + bias) over the visible keys, times value. */
export function referenceAttention(attendCase: AttendCase): Grid {
  const { query, value, dropoutMask } = attendCase;
  const [batch, heads, queryLen] = query.shape as [number, number, number];
  const [, kvHeads, keyLen, valueDim] = value.shape as [number, number, number, number];
  const { values: weights } = weightsOf(attendCase);
  const output = new Float64Array(batch * heads * queryLen * valueDim);
  everyKey(attendCase, (b, h, q, k, flat) => {
    const weight = weights[flat]! * (dropoutMask?.at(b, h, q, k) ?? 1);
    const head = batchRowOf(attendCase, b, k) * kvHeads + Math.floor((h * kvHeads) / heads);
    const [from, to] = [(head * keyLen + k) * valueDim, ((b * heads + h) * queryLen + q) * valueDim];
    for (let d = 0; d < valueDim; d++) output[to + d]! += weight * value.values[from + d]!;
  });
  return fromValues([batch, heads, queryLen, valueDim], output);
}

/** The attention weights [batch, heads, queryLen, keyLen]: 0 for masked keys, all zeros if no key is visible. */
export function weightsOf(attendCase: AttendCase): Grid {
  const { shape, values } = scoresOf(attendCase);
  const keyLen = shape[3]!;
  everyKey(attendCase, (b, _, q, k, flat) => {
    values[flat] = isVisible(attendCase, b, q, k) ? Math.exp(values[flat]!) : 0;
  });
  for (let from = 0; from < values.length; from += keyLen) {
    const row = values.subarray(from, from + keyLen);
    const head = Math.floor(from / (keyLen * shape[2]!)) % shape[1]!;
    const sink = attendCase.sinks ? Math.exp(attendCase.sinks.at(head)) : 0;
    const sum = row.reduce((total, exponent) => total + exponent, sink) || 1;
    for (let k = 0; k < keyLen; k++) row[k]! /= sum;
  }
  return fromValues(shape, values);
}

/** The scores [batch, heads, queryLen, keyLen], scaled, capped and with bias. */
export function scoresOf(attendCase: AttendCase): Grid {
  const { query, key, bias, softCap = 0 } = attendCase;
  const [batch, heads, queryLen, headDim] = query.shape as [number, number, number, number];
  const [, kvHeads, keyLen] = key.shape as [number, number, number];
  const scale = attendCase.scale ?? 1 / Math.sqrt(headDim);
  const scores = new Float64Array(batch * heads * queryLen * keyLen);
  everyKey(attendCase, (b, h, q, k, flat) => {
    const head = batchRowOf(attendCase, b, k) * kvHeads + Math.floor((h * kvHeads) / heads);
    const [x, y] = [((b * heads + h) * queryLen + q) * headDim, (head * keyLen + k) * headDim];
    let score = 0;
    for (let d = 0; d < headDim; d++) score += scale * query.values[x + d]! * key.values[y + d]!;
    scores[flat] = (softCap > 0 ? softCap * Math.tanh(score / softCap) : score) + (bias?.at(b, h, q, k) ?? 0);
  });
  return fromValues([batch, heads, queryLen, keyLen], scores);
}

/** Calls `visit` for each pair of query and key, with its place in [batch, heads, queryLen, keyLen]. */
function everyKey(
  { query, key }: AttendCase,
  visit: (b: number, h: number, q: number, k: number, flat: number) => void,
): void {
  const [batch, heads, queryLen] = query.shape as [number, number, number];
  const keyLen = key.shape[2]!;
  let flat = 0;
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let q = 0; q < queryLen; q++) for (let k = 0; k < keyLen; k++) visit(b, h, q, k, flat++);
}

function batchRowOf({ beamIndices }: AttendCase, row: number, key: number): number {
  return beamIndices?.at(row, key) ?? row;
}

function isVisible(attendCase: AttendCase, row: number, query: number, key: number): boolean {
  const { causal = false, window = 0, chunk = 0, keyStart, keyEnd, position } = attendCase;
  const keyLen = attendCase.key.shape[2]!;
  const at = (position ?? keyLen - attendCase.query.shape[2]!) + query;
  if (causal && key > at) return false;
  if (window > 0 && Math.abs(key - at) >= window) return false;
  const start = keyStart?.[row] ?? 0;
  if (chunk > 0 && Math.floor((key - start) / chunk) !== Math.floor((at - start) / chunk)) return false;
  return key >= start && key < (keyEnd?.[row] ?? keyLen);
}
