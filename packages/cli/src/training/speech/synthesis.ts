import { griffinLim, invertMel, melFilters } from '@residual/audio';
import type { FrameScale } from '@residual/families';
import { bins, hop, melBins, sampleRate } from './features.js';

/** The spectrum of SpeechT5, whose frames the model makes. */
const fftLength = 1024;

/** The samples of standardized frames [frames, bins]: magnitudes of the mel spectrum, and phases by Griffin-Lim. */
export function samplesOf(
  frames: Float32Array,
  { mean, deviation }: FrameScale,
  signal: AbortSignal,
): Promise<Float32Array> {
  const count = frames.length / bins;
  const mels = new Float32Array(count * melBins);
  for (let t = 0; t < count; t++)
    for (let bin = 0; bin < melBins; bin++)
      mels[t * melBins + bin] = 10 ** (frames[t * bins + bin]! * deviation[bin]! + mean[bin]!);
  const filters = melFilters({ sampleRate, fftLength, count: melBins, minFrequency: 80, maxFrequency: 7600 });
  const magnitudes = invertMel({ values: mels, shape: [count, melBins] }, { filters, fftLength });
  return griffinLim(magnitudes, { frameLength: fftLength, hop, fftLength, seed: 0, signal });
}
