import { keywordFeatures } from '@residual/audio';
import { type Batches, shuffledEpochs } from '@residual/train';
import { Draws } from '../draws.js';
import { augmented, silent } from './augment.js';
import { type KeywordFolder, readKeyword, silence, unknown } from './recordings.js';

/** Frames and coefficients of a second. */
export const [frames, bins] = [98, 40] as const;

/** Recordings as the model reads them, with their labels. */
export interface KeywordBatch {
  /** MFCC, normalized: [batch, frames, bins]. */
  readonly features: Float32Array;
  /** [batch]. */
  readonly labels: Int32Array;
}

/** The mean and the deviation of each coefficient in the training data: [bins]. */
export interface FeatureScale {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Shares of a batch, as in the reference: a tenth other words, a tenth silence. */
const [unknownShare, silenceShare] = [0.1, 0.1];

/** Endless batches of augmented recordings; the words, and the other words, come in shuffled epochs. */
export function keywordBatches(
  { training, noises }: Pick<KeywordFolder, 'training' | 'noises'>,
  { batch, seed, scale }: { readonly batch: number; readonly seed: number; readonly scale: FeatureScale },
): Batches<KeywordBatch> {
  const others = training.filter(({ label }) => label === unknown);
  const wordsOf = shuffledEpochs(
    training.filter(({ label }) => label !== unknown),
    seed,
  );
  const othersOf = shuffledEpochs(others, seed);
  const otherCount = others.length === 0 ? 0 : Math.round(unknownShare * batch);
  const silentCount = Math.round(silenceShare * batch);
  const wordCount = batch - otherCount - silentCount;
  const at = async (step: number): Promise<KeywordBatch> => {
    const draws = new Draws(seed, 'keywords', step);
    const chosen = [...wordsOf(step * wordCount, wordCount), ...othersOf(step * otherCount, otherCount)];
    const recordings = await Promise.all(chosen.map(({ path }) => readKeyword(path)));
    const sounds = [
      ...recordings.map(recording => augmented(recording, noises, draws)),
      ...Array.from({ length: silentCount }, () => silent(noises, draws)),
    ];
    const labels = Int32Array.from({ length: batch }, (_, i) => chosen[i]?.label ?? silence);
    return { features: featuresOf(sounds, scale), labels };
  };
  return {
    from: async function* (position) {
      for (let step = position; ; step++) yield await at(step);
    },
  };
}

/** The features of seconds of sound: [batch, frames, bins]. */
export function featuresOf(sounds: readonly Float32Array[], scale?: FeatureScale): Float32Array {
  const values = new Float32Array(sounds.length * frames * bins);
  for (const [i, sound] of sounds.entries()) values.set(keywordFeatures(sound).values, i * frames * bins);
  if (scale)
    for (let i = 0; i < values.length; i++)
      values[i] = (values[i]! - scale.mean[i % bins]!) / scale.deviation[i % bins]!;
  return values;
}

/** The mean and the deviation of the features of augmented recordings, at most 256 of them. */
export async function featureScale(
  { training, noises }: Pick<KeywordFolder, 'training' | 'noises'>,
  seed: number,
): Promise<FeatureScale> {
  const draws = new Draws(seed, 'scale', 0);
  const chosen = shuffledEpochs(training, seed)(0, Math.min(256, training.length));
  const sounds: Float32Array[] = [];
  for (const { path } of chosen) sounds.push(augmented(await readKeyword(path), noises, draws));
  const values = featuresOf(sounds);
  const [sums, squares] = [new Float64Array(bins), new Float64Array(bins)];
  for (const [i, value] of values.entries()) {
    sums[i % bins]! += value;
    squares[i % bins]! += value * value;
  }
  const count = values.length / bins;
  const mean = Array.from(sums, sum => sum / count);
  const deviation = mean.map((each, bin) => Math.sqrt(Math.max(1e-6, squares[bin]! / count - each * each)));
  return { mean: mean.map(Math.fround), deviation: deviation.map(Math.fround) };
}
