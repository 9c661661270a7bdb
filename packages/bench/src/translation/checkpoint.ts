import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CheckpointFile, englishFrench } from '@residual/model-en-fr';
import { openSafetensors, writeSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import { repository } from '../repository.js';

const cache = fileURLToPath(new URL('.residual/bench/en-fr', repository));

/** The folder of `@residual/model-en-fr` with float32 weights, created on first use. All subjects read this file. */
export async function translatorFolder(): Promise<string> {
  const file = join(cache, 'model.safetensors');
  if (existsSync(file)) return cache;
  await mkdir(cache, { recursive: true });
  const path = (name: CheckpointFile) => fileURLToPath(englishFrench[name]);
  for (const name of ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'] as const)
    await copyFile(path(name), join(cache, name));
  const stored = await openSafetensors(await fileSource(path('model.safetensors')));
  const named: Record<string, { dtype: 'F32'; shape: readonly number[]; data: Float32Array }> = {};
  for (const name of stored.tensors.keys()) {
    const { shape, data } = await stored.readFloat32(name);
    named[name] = { dtype: 'F32', shape, data };
  }
  await writeFile(`${file}.partial`, writeSafetensors(named, { format: 'pt' }));
  await rename(`${file}.partial`, file);
  return cache;
}
