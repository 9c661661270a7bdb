import type { Features } from '../features.js';
import { copyFrame, paddingOf } from './frames.js';
import { type SpectrogramOptions, type SpectrogramPlan, spectrogramPlan } from './spectrogram.js';

/** Computes the frames of a recording that arrives bit by bit. */
export interface FeatureStream {
  /** Takes the next samples and returns the frames that no later sample changes: [new frames, outputs]. */
  push(samples: Float32Array): Features;
  /** Returns the last frames, with the padding at the end. Afterwards it is as new. */
  finish(): Features;
}

/** The frames of `spectrogram`, one after the other as samples arrive: all of them together are those of the whole. */
export function spectrogramStream(options: SpectrogramOptions): FeatureStream {
  return planStream(spectrogramPlan('spectrogramStream', options));
}

/** The frames of a plan as samples arrive. */
export function planStream(plan: SpectrogramPlan): FeatureStream {
  const { frameLength, hop, outputs, padding } = plan;
  const before = paddingOf(plan);
  const frame = new Float64Array(frameLength);
  const row = new Float64Array(outputs);
  let buffer = new Float32Array(0);
  let start = 0; // the index of the first sample in the buffer
  let received = 0;
  let next = 0; // the index of the next frame
  const run = (end: number): Features => {
    const count = Math.max(0, end - next);
    const values = new Float32Array(count * outputs);
    const range = { samples: buffer, start, length: received };
    for (let i = 0; i < count; i++, next++) {
      copyFrame(range, next * hop - before, frame, padding);
      plan.compute(frame, row);
      values.set(row, i * outputs);
    }
    // A mirror at the end reaches back half a frame from the last sample.
    const needed = Math.min(next * hop - before, received - before - 1);
    const dropped = Math.min(buffer.length, Math.max(0, needed - start));
    buffer = buffer.slice(dropped);
    start += dropped;
    return { values, shape: [count, outputs] };
  };
  return {
    push: samples => {
      const joined = new Float32Array(buffer.length + samples.length);
      joined.set(buffer);
      joined.set(samples, buffer.length);
      buffer = joined;
      received += samples.length;
      // Frame t ends before sample t · hop - before + frameLength; a mirror at the start reaches as far.
      const whole = Math.floor((received - frameLength + before) / hop) + 1;
      return run(received > before ? whole : 0);
    },
    finish: () => {
      const padded = received + 2 * before;
      const isEmpty = received === 0 || padded < frameLength;
      const rest = run(isEmpty ? 0 : Math.floor((padded - frameLength) / hop) + 1);
      buffer = new Float32Array(0);
      start = received = next = 0;
      return rest;
    },
  };
}
