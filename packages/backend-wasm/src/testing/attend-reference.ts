import type { Tensor } from '@tensorflow/tfjs-core';
import { read } from './index.js';

/** The inputs and attributes of one call of `residual.attend`. */
export interface AttendCase {
  inputs: {
    query: Tensor;
    key: Tensor;
    value: Tensor;
    bias?: Tensor | undefined;
    position?: Tensor | undefined;
    keyStart?: Tensor | undefined;
    keyEnd?: Tensor | undefined;
    beamIndices?: Tensor | undefined;
  };
  attributes: { scale: number; causal: boolean; window: number; softCap: number };
}

/** Attention by its definition, in float64. */
export function attendReference({ inputs, attributes: { scale, causal, window, softCap } }: AttendCase): Float64Array {
  const { query, key, value, bias } = inputs;
  const [batch, heads, queryLen, headDim] = query.shape as [number, number, number, number];
  const [, kvHeads, keyLen, valueDim] = value.shape as [number, number, number, number];
  const [q, k, v, biasValues] = [query, key, value, bias].map(x => x && read(x));
  const [position, start, length, beamIndices] = [
    inputs.position,
    inputs.keyStart,
    inputs.keyEnd,
    inputs.beamIndices,
  ].map(x => x && read(x));
  const first = position ? position[0]! : keyLen - queryLen;
  const y = new Float64Array(batch * heads * queryLen * valueDim);
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let i = 0; i < queryLen; i++) {
        const at = (b * heads + h) * queryLen + i;
        const p = first + i;
        const row = (j: number) =>
          ((beamIndices ? beamIndices[b * keyLen + j]! : b) * kvHeads + Math.floor(h / (heads / kvHeads))) * keyLen + j;
        const scores: [number, number][] = [];
        for (let j = start?.[b] ?? 0; j < (length?.[b] ?? keyLen); j++) {
          if (causal && j > p) continue;
          if (window > 0 && (p - j >= window || (!causal && j - p >= window))) continue;
          let score = 0;
          for (let d = 0; d < headDim; d++) score += q![at * headDim + d]! * k![row(j) * headDim + d]!;
          score *= scale;
          if (softCap > 0) score = softCap * Math.tanh(score / softCap);
          if (bias) {
            const [B, H, Q] = bias.shape as [number, number, number];
            score += biasValues![(((b % B) * H + (h % H)) * Q + (i % Q)) * keyLen + j]!;
          }
          scores.push([j, score]);
        }
        const largest = Math.max(...scores.map(([, score]) => score));
        const total = scores.reduce((sum, [, score]) => sum + Math.exp(score - largest), 0);
        for (const [j, score] of scores)
          for (let d = 0; d < valueDim; d++)
            y[at * valueDim + d]! += (Math.exp(score - largest) / total) * v![row(j) * valueDim + d]!;
      }
  return y;
}
