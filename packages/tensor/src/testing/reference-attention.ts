import { type Grid, grid, sumOver } from './grid.js';

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
  const weights = weightsOf(attendCase);
  return grid([batch, heads, queryLen, valueDim], (b, h, q, d) =>
    sumOver(keyLen, k => {
      const weight = weights.at(b!, h!, q!, k) * (dropoutMask?.at(b!, h!, q!, k) ?? 1);
      return weight * value.at(batchRowOf(attendCase, b!, k), Math.floor((h! * kvHeads) / heads), k, d!);
    }),
  );
}

/** The attention weights [batch, heads, queryLen, keyLen]: 0 for masked keys, all zeros if no key is visible. */
export function weightsOf(attendCase: AttendCase): Grid {
  const { query, key } = attendCase;
  const [batch, heads, queryLen] = query.shape as [number, number, number];
  const keyLen = key.shape[2]!;
  const scores = scoresOf(attendCase);
  const exponents = grid([batch, heads, queryLen, keyLen], (b, h, q, k) =>
    isVisible(attendCase, b!, q!, k!) ? Math.exp(scores.at(b!, h!, q!, k!)) : 0,
  );
  const sums = grid([batch, heads, queryLen, 1], (b, h, q) => sumOver(keyLen, k => exponents.at(b!, h!, q!, k)) || 1);
  return grid(exponents.shape, (...index) => exponents.at(...index) / sums.at(...index));
}

/** The scores [batch, heads, queryLen, keyLen], scaled, capped and with bias. */
export function scoresOf(attendCase: AttendCase): Grid {
  const { query, key, bias, softCap = 0 } = attendCase;
  const [batch, heads, queryLen, headDim] = query.shape as [number, number, number, number];
  const [, kvHeads, keyLen] = key.shape as [number, number, number];
  const scale = attendCase.scale ?? 1 / Math.sqrt(headDim);
  return grid([batch, heads, queryLen, keyLen], (b, h, q, k) => {
    const kvHead = Math.floor((h! * kvHeads) / heads);
    const score =
      scale * sumOver(headDim, d => query.at(b!, h!, q!, d) * key.at(batchRowOf(attendCase, b!, k!), kvHead, k!, d));
    return (softCap > 0 ? softCap * Math.tanh(score / softCap) : score) + (bias?.at(b!, h!, q!, k!) ?? 0);
  });
}

function batchRowOf({ beamIndices }: AttendCase, row: number, key: number): number {
  return beamIndices?.at(row, key) ?? row;
}

function isVisible(attendCase: AttendCase, row: number, query: number, key: number): boolean {
  const { causal = false, window = 0, keyStart, keyEnd, position } = attendCase;
  const keyLen = attendCase.key.shape[2]!;
  const at = (position ?? keyLen - attendCase.query.shape[2]!) + query;
  if (causal && key > at) return false;
  if (window > 0 && Math.abs(key - at) >= window) return false;
  return key >= (keyStart?.[row] ?? 0) && key < (keyEnd?.[row] ?? keyLen);
}
