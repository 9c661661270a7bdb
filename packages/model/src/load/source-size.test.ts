import '@residual/testkit/wasm';
import { repositoryFile } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from './load-model.js';
import { sourceSize } from './source-size.js';
import { bytesFiles } from './sources/source.js';

test('the size of a source is that of its shards, and of its weights once they are loaded', async () => {
  const shards = [1, 2, 3, 4].map(i => `model-0000${i}-of-00004.safetensors`);
  const files = new Map<string, Uint8Array>();
  for (const name of ['config.json', 'model.safetensors.index.json', ...shards])
    files.set(name, await repositoryFile(`fixtures/checkpoints/llama-sharded/${name}`));
  const model = await loadModel(files, { weights: 'int8' });
  const { bytes, parameters } = model.describe();
  model.dispose();
  const size = await sourceSize(files, { weights: 'int8' });
  const fileBytes = shards.reduce((sum, name) => sum + files.get(name)!.length, 0);
  expect(size).toEqual({ family: 'llama', kind: 'causal-lm', parameters, fileBytes, weightBytes: bytes });
  expect((await sourceSize(files)).weightBytes).toBe(4 * parameters);
  files.delete(shards[3]!);
  await expect(sourceSize(files)).rejects.toThrow(`the source has no ${shards[3]}`);
});

test('each file is opened once, also for weights as stored, which the headers tell', async () => {
  const names = ['config.json', 'model.safetensors'];
  const folder = 'fixtures/checkpoints/llama';
  const contents = names.map(async name => [name, await repositoryFile(`${folder}/${name}`)] as const);
  const files = bytesFiles(new Map(await Promise.all(contents)));
  const opened: string[] = [];
  const counted: typeof files = {
    ...files,
    bytes: (name, options) => {
      opened.push(name);
      return files.bytes(name, options);
    },
  };
  const { parameters, weightBytes } = await sourceSize(counted, { weights: 'as stored' });
  expect([weightBytes, opened]).toEqual([4 * parameters, ['model.safetensors']]);
});
