import type { FrameScale } from '@residual/families';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import type { BoundSourceFilter } from '../model-kind.js';

/** Settings of `sourceVoice`. */
export interface SourceVoiceOptions {
  /** What the frames are standardized by; nothing if absent. */
  readonly frameScale?: FrameScale | undefined;
  /** The seed of the noise. */
  readonly seed: number;
}

/**
 * A function that makes samples of the frames of a sentence [1, length, bins], standardized by `frameScale` if it is
 * given, by pulses and noise through the filters that the vocoder finds. It is given all frames, since pulses follow
 * each other, and keeps nothing: pieces are parts of its result.
 */
export function sourceVoice(
  { layer, weights, composition: { sampleRate } }: BoundSourceFilter,
  { frameScale: scale, seed }: SourceVoiceOptions,
): (frames: Tensor) => Promise<Float32Array> {
  const { bins, points, hop, pitchBin, voicingBin, mean, deviation } = layer;
  return async frames => {
    const length = frames.shape[1]!;
    const values = Float32Array.from((await frames.data()) as Float32Array);
    if (scale)
      for (let i = 0; i < values.length; i++)
        values[i] = values[i]! * scale.deviation[i % bins]! + scale.mean[i % bins]!;
    const standardized = values.map((value, i) => (value - mean[i % bins]!) / deviation[i % bins]!);
    const made = tidy(() => layer(weights, tensor(standardized, [1, length, bins])));
    const envelopes = (await made.data()) as Float32Array;
    made.dispose();
    const part = (index: number) => {
      const row = new Float32Array(length * points);
      for (let t = 0; t < length; t++)
        row.set(envelopes.subarray((2 * t + index) * points, (2 * t + index + 1) * points), t * points);
      return { values: row, shape: [length, points] };
    };
    const { sourceFilter } = await import('@residual/audio'); // for models that speak
    const column = (bin: number) => Float32Array.from({ length }, (_, t) => values[t * bins + bin]!);
    const pitch = column(pitchBin).map(Math.exp);
    return sourceFilter(
      { pitch, voicing: column(voicingBin), harmonics: part(0), noise: part(1) },
      { sampleRate, hop, seed },
    );
  };
}
