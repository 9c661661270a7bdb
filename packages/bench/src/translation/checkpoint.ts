import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertCheckpoint } from '@residual/model';
import { englishFrench } from '@residual/model-en-fr';
import { repository } from '../repository.js';

const cache = fileURLToPath(new URL('.residual/bench/en-fr-f32', repository));

/** The folder of `@residual/model-en-fr` with float32 weights, created on first use. All subjects read this file. */
export async function translatorFolder(): Promise<string> {
  const file = join(cache, 'model.safetensors');
  if (existsSync(file)) return cache;
  await mkdir(cache, { recursive: true });
  const { files, weights } = await convertCheckpoint(englishFrench, { weights: 'f32' });
  for (const [name, bytes] of files) await writeFile(join(cache, name), bytes);
  await writeFile(`${file}.partial`, weights.get('model.safetensors')!);
  await rename(`${file}.partial`, file);
  return cache;
}
