import type { AudioFeatures } from '@residual/audio';
import type { LoadedModel } from '../loaded-model.js';
import { preprocessorConfig } from '../preprocessor-config.js';

/**
 * How sound becomes what a model reads, as the `preprocessor_config.json` of its checkpoint says. `type` names the
 * extractor where the file does not; without a file it has the settings `standard`.
 */
export async function soundFeatures(
  model: LoadedModel,
  type: string,
  standard: Readonly<Record<string, unknown>> = {},
): Promise<AudioFeatures> {
  const { audioFeatures } = await import('@residual/audio'); // most models read no sounds
  return audioFeatures(preprocessorConfig(model) ?? standard, { type });
}
