import { isSplitName } from '@residual/gguf';
import { ResidualError } from '@residual/tensor';

/** Whether a name is that of a GGUF file. */
export const isGgufName = (name: string): boolean => /\.gguf$/i.test(name);

/**
 * The GGUF file that holds the model among the files of a source: the first of several parts, or the only one;
 * undefined if there is none, or if there are safetensors files. Throws if there are several models.
 */
export function ggufNameIn(origin: string, names: readonly string[]): string | undefined {
  if (names.some(name => /^model\.safetensors(\.index\.json)?$/.test(name))) return undefined;
  const models = names.filter(name => isGgufName(name) && (!isSplitName(name) || name.includes('-00001-of-'))).sort();
  if (models.length <= 1) return models[0];
  const shown = models.slice(0, 8).join(', ') + (models.length > 8 ? ' and more' : '');
  throw new ResidualError('files', `loadModel: ${origin} holds several GGUF files, ${shown}; the source must name one`);
}
