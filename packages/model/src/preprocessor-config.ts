import { ResidualError } from '@residual/tensor';
import type { LoadedModel } from './loaded-model.js';

/**
 * The parsed `preprocessor_config.json` of a checkpoint, or its `processor_config.json`; undefined if it has neither.
 * Throws if it is no JSON object.
 */
export function preprocessorConfig({ parts }: LoadedModel): Readonly<Record<string, unknown>> | undefined {
  for (const name of ['preprocessor_config.json', 'processor_config.json']) {
    const text = parts.texts[name];
    if (text === undefined) continue;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is not an object');
      return value as Readonly<Record<string, unknown>>;
    } catch (cause) {
      throw new ResidualError('files', `${name}: ${(cause as Error).message}`, { cause });
    }
  }
  return undefined;
}
