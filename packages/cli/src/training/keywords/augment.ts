import type { Draws } from '../draws.js';
import { sampleCount } from './recordings.js';

/** How far a recording is moved, in samples: a tenth of a second. */
const shift = 1600;

/** How much faster or slower, and louder or softer. */
const [speeds, volumes] = [
  [0.85, 1.18],
  [0.25, 1.4],
] as const;

/** The share of recordings with noise, and its largest level. */
const [noiseShare, noiseLevel] = [0.8, 0.1];

/** A second of a recording that is moved, spoken faster or slower, louder or softer, and has noise behind it. */
export function augmented(recording: Float32Array, noises: readonly Float32Array[], draws: Draws): Float32Array {
  const speed = draws.uniform(...speeds);
  const moved = draws.uniform(-shift, shift);
  const volume = draws.uniform(...volumes);
  const samples = new Float32Array(sampleCount);
  const middle = (Math.min(recording.length, sampleCount) - 1) / 2;
  for (let i = 0; i < sampleCount; i++) {
    const at = middle + (i - sampleCount / 2 - moved) * speed;
    const before = Math.floor(at);
    const share = at - before;
    samples[i] = volume * ((1 - share) * (recording[before] ?? 0) + share * (recording[before + 1] ?? 0));
  }
  if (draws.chance(noiseShare)) addNoise(samples, draws.uniform(0, noiseLevel), noises, draws);
  return samples;
}

/** A second without a word: noise of some level, or nothing. */
export function silent(noises: readonly Float32Array[], draws: Draws): Float32Array {
  const samples = new Float32Array(sampleCount);
  if (draws.chance(0.9)) addNoise(samples, draws.uniform(0, 4 * noiseLevel), noises, draws);
  return samples;
}

/** Adds noise of a level: a part of a recording of noise, or white to brown noise where there is none. */
function addNoise(samples: Float32Array, level: number, noises: readonly Float32Array[], draws: Draws): void {
  const recorded = noises.filter(({ length }) => length >= sampleCount);
  if (recorded.length > 0 && draws.chance(0.7)) {
    const noise = draws.pick(recorded);
    const from = Math.floor(draws.uniform(0, noise.length - sampleCount));
    for (let i = 0; i < sampleCount; i++) samples[i]! += level * noise[from + i]!;
    return;
  }
  const memory = draws.chance(0.3) ? 0 : draws.uniform(0, 0.98); // 0 is white noise, near 1 brown
  const scale = 0.5 * level * Math.sqrt(1 - memory * memory);
  let value = 0;
  for (let i = 0; i < sampleCount; i++) {
    value = memory * value + draws.uniform(-1, 1);
    samples[i]! += scale * value;
  }
}
