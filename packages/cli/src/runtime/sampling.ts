import type { GenerateOptions, GenerationConfig } from '@residual/model';

/** The options of sampling of commands that generate. */
export interface SamplingOptions {
  readonly temperature?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly seed?: number | undefined;
}

/** The options of sampling for a model: filters or a seed without a temperature turn sampling on. */
export async function samplingOf(
  { temperature, topK, topP, seed }: SamplingOptions,
  config: GenerationConfig,
): Promise<Pick<GenerateOptions, 'temperature' | 'topK' | 'topP' | 'seed'>> {
  const { isSampling } = await import('@residual/model');
  const options = { temperature, topK, topP };
  const wantsDraw = temperature === undefined && [topK, topP, seed].some(value => value !== undefined);
  const defaultTemperature = typeof config.temperature === 'number' ? config.temperature : 1;
  const settings = wantsDraw ? { ...options, temperature: defaultTemperature } : options;
  return isSampling(settings as GenerateOptions, config) ? { ...settings, seed } : settings;
}
