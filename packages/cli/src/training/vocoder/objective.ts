import type { SourceFilterModel } from '@residual/families';
import type { Weights } from '@residual/layers';
import {
  abs,
  add,
  affine,
  exp,
  log,
  matMul,
  mean,
  mul,
  reshape,
  sliceAxis,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tidy,
  transpose,
} from '@residual/tensor';
import type { Objective } from '@residual/train';
import { bins, hop } from '../speech/features.js';
import type { VocoderBatch } from './batches.js';
import { middlesOf, noisePower, windowLengths } from './spectra.js';

/** Keeps logarithms away from 0: far below what is heard. */
const floor = 1e-8;

/**
 * How far the spectra of a source and filters are from those of the recordings, in windows of several lengths (Yamamoto
 * et al. 2020): the mean distance of ln |X| and the relative distance of |X|. The power of pulses and of noise through
 * their filters is added; pulses are known, and of noise the median is taken, so that no sound has to be made.
 */
export function vocoderObjective(layer: SourceFilterModel): Objective<Weights<SourceFilterModel>, VocoderBatch> {
  const { points } = layer;
  return {
    tokens: ({ size, length }) => size * length,
    loss: (w, { size, length, frames, pulses, recorded }, scope) =>
      tidy(() => {
        const envelopes = layer(w, tensor(frames, [size, length, bins]), scope);
        const byFrame = reshape(transpose(envelopes, [1, 0, 2]), [length, size * 2 * points]);
        const losses = windowLengths.map((window, i) => {
          const middles = middlesOf(length * hop, window);
          const frequencies = window / 2 + 1;
          const rows = matMul(betweenFrames(middles, length), byFrame); // [middles, size · 2 points]
          const perPoint = reshape(rows, [middles.length * size * 2, points]);
          const logs = reshape(matMul(perPoint, betweenPoints(points, frequencies)), [-1, 2, frequencies]);
          const part = (index: number) => reshape(exp(affine(sliceAxis(logs, 1, index, 1), 2, 0)), [-1, frequencies]);
          const shape = [middles.length * size, frequencies];
          const made = add(mul(tensor(pulses[i]!, shape), part(0)), mul(part(1), noisePower(window)));
          const target = tensor(recorded[i]!, shape);
          const inLogs = mul(mean(abs(sub(log(affine(made, 1, floor)), log(affine(target, 1, floor))))), 0.5);
          const magnitude = (x: Tensor) => sqrt(affine(x, 1, floor));
          const distance = sum(square(sub(magnitude(made), magnitude(target))));
          return add(inLogs, sqrt(mul(distance, 1 / total(recorded[i]!))));
        });
        return mul(
          losses.reduce((a, b) => add(a, b)),
          1 / losses.length,
        );
      }),
  };
}

const total = (powers: Float32Array): number => powers.reduce((sum, power) => sum + power, floor);

/** [middles, frames]: how much of each frame is at a sample. */
function betweenFrames(middles: readonly number[], frames: number): Tensor {
  const values = new Float32Array(middles.length * frames);
  for (const [row, middle] of middles.entries()) {
    const at = Math.min(middle / hop, frames - 1);
    const left = Math.min(Math.floor(at), frames - 2);
    values[row * frames + left] = 1 - (at - left);
    values[row * frames + left + 1] = at - left;
  }
  return tensor(values, [middles.length, frames]);
}

/** [points, frequencies]: how much of each point is at a frequency. */
function betweenPoints(points: number, frequencies: number): Tensor {
  const values = new Float32Array(points * frequencies);
  for (let k = 0; k < frequencies; k++) {
    const at = (k * (points - 1)) / (frequencies - 1);
    const left = Math.min(Math.floor(at), points - 2);
    values[left * frequencies + k]! += 1 - (at - left);
    values[(left + 1) * frequencies + k]! += at - left;
  }
  return tensor(values, [points, frequencies]);
}
