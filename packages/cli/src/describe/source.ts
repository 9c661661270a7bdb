import { ResidualError } from '@residual/base';
import type { Config } from '@residual/families';
import { isObject, readJson } from '../text/files.js';
import { presets } from './presets.js';

/** What `describe` reads: a preset, the config of a file, or the folder, URL or id of a checkpoint. */
export async function describedSource(source: string): Promise<Config | string> {
  const isUrl = /^https?:/.test(source);
  if (Object.hasOwn(presets, source)) return presets[source]!;
  if (isUrl) return source.replace(/\/config\.json$/, '/');
  return source.endsWith('.json') ? configIn(source) : source;
}

async function configIn(path: string): Promise<Config> {
  const config = await readJson('describe', path);
  if (isObject(config)) return { model_type: undefined, ...config };
  throw new ResidualError('files', `describe: ${path} holds no object of config fields`);
}
