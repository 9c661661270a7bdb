import type { GenerateOptions } from '@residual/model';
import type { Settings } from '../settings.js';

/** The settings that choose each next token. */
export type Sampling = Pick<Settings, 'mode' | 'temperature' | 'topK' | 'topP' | 'seed'>;

/** The names of these settings, in the order of the address. */
export const samplingNames = ['mode', 'temperature', 'topK', 'topP', 'seed'] as const;

/** The sampling among some settings. */
export const samplingOf = ({ mode, temperature, topK, topP, seed }: Sampling): Sampling => {
  return { mode, temperature, topK, topP, seed };
};

/** Whether the likeliest token is always taken. */
export const isGreedy = ({ mode, temperature }: Sampling): boolean => mode === 'greedy' || temperature === 0;

/** The options of `generate` and `sampler`; greedy decoding takes no filters. */
export function optionsOf(sampling: Sampling, vocab: number) {
  const { temperature, topK, topP, seed } = sampling;
  if (isGreedy(sampling)) return { temperature: 0 } satisfies GenerateOptions;
  return { temperature, topK: topK === 0 ? vocab : topK, topP, seed } satisfies GenerateOptions;
}

/** Whether two samplings write the same text; the seed counts only if something is drawn. */
export function isSameSampling(one: Sampling, other: Sampling): boolean {
  if (isGreedy(one) || isGreedy(other)) return isGreedy(one) === isGreedy(other);
  return samplingNames.every(name => one[name] === other[name]);
}

/** The sampling in a few words, such as `temperature 0.8, top-p 0.95`. */
export function samplingText(sampling: Sampling): string {
  if (isGreedy(sampling)) return 'always the likeliest token';
  const { temperature, topK, topP } = sampling;
  const filters = [topK > 0 ? `top-k ${topK}` : '', topP < 1 ? `top-p ${topP}` : ''].filter(text => text !== '');
  return [`temperature ${temperature}`, ...filters].join(', ');
}
