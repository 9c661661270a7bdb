import { join } from 'node:path';
import { ResidualError } from '@residual/base';
import { isObject, readJson } from '../../text/files.js';
import { englishNormalizer } from './english-normalizer.js';
import { normalizeBasic } from './symbols.js';

/** The normalizer of a file, else of the folder of a speech model, else the basic one. */
export async function readNormalizer(
  caller: string,
  file: string | undefined,
  model: string,
): Promise<(text: string) => string> {
  const path = file ?? join(model, 'normalizer.json');
  const spellings = await readJson(caller, path).catch(error => {
    if (file !== undefined) throw error;
    return undefined; // the model is no folder, or has none
  });
  if (spellings === undefined) return text => normalizeBasic(text).trim();
  const isTable = isObject(spellings) && Object.values(spellings).every(value => typeof value === 'string');
  if (!isTable) throw new ResidualError('files', `${caller}: ${path} is not a table of spellings`);
  return englishNormalizer(spellings as Readonly<Record<string, string>>);
}
