import { showValue } from '@residual/base';
import type { KeywordExtractor } from './audio-features.js';
import { configValues, refuse } from './config-fields.js';
import { centred, keywordFeatures } from './keyword.js';

/** Numbers of a frame, and samples of a second. */
const [coefficients, sampleRate] = [40, 16_000] as const;

/**
 * The features of a config of `KeywordFeatureExtractor`, which `residual train keywords` writes: `keywordFeatures` of
 * the second in the middle of a recording, each coefficient minus its `mean` and over its `std`.
 */
export function keywordExtractor({ mean, std, ...config }: Readonly<Record<string, unknown>>): KeywordExtractor {
  configValues(config, { sampling_rate: { values: [sampleRate] }, feature_size: { values: [coefficients] } });
  const means = numbers('mean', mean, () => true);
  const deviations = numbers('std', std, value => value > 0);
  return {
    kind: 'keyword',
    sampleRate,
    extract: samples => {
      const { values, shape } = keywordFeatures(centred(samples, sampleRate));
      const scaled = (value: number, i: number) => (value - means[i % coefficients]!) / deviations[i % coefficients]!;
      return { values: values.map(scaled), shape };
    },
  };
}

function numbers(name: string, values: unknown, fits: (value: number) => boolean): readonly number[] {
  const isList =
    Array.isArray(values) &&
    values.length === coefficients &&
    values.every(value => Number.isFinite(value) && fits(value));
  if (isList) return values;
  return refuse(
    `${name} is ${showValue(values)}; ${coefficients} ${name === 'std' ? 'positive ' : ''}numbers would fit`,
  );
}
