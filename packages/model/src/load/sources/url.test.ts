import '@residual/testkit/wasm';
import { repositoryFile } from '@residual/testkit';
import { type LocalHub, startHub } from '@residual/testkit/hub';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadModel } from '../load-model.js';

const files = new Map<string, Uint8Array>();
let hub: LocalHub;

beforeEach(async () => {
  for (const name of ['config.json', 'model.safetensors', 'tokenizer.json'])
    files.set(name, await repositoryFile(`packages/model-stories/model/${name}`));
  hub = await startHub(files);
});

afterEach(() => hub.close());

const load = () => loadModel(`${hub.endpoint}/plain`);
const ranges = () => hub.requests.filter(url => url.includes('.safetensors')).map(url => url.split('bytes=')[1]);

test('weights are read in the order of the file: each byte once, in few requests', async () => {
  const small = await loadModel(files);
  for (const [name, bytes] of await small.save({ dtype: 'float16' })) files.set(name, bytes);
  small.dispose();
  const model = await load();
  const size = files.get('model.safetensors')!.length;
  expect(size).toBeGreaterThan(2 ** 24); // two windows
  expect(ranges()).toEqual(['0-65535', `65536-${2 ** 24 - 1}`, `${2 ** 24}-${size - 1}`]);
  const local = await loadModel(files);
  expect((await model.forward([5, 7])).logits.data).toEqual((await local.forward([5, 7])).logits.data);
  model.dispose();
  local.dispose();
});

test('a server without range requests works too', async () => {
  hub.supportsRanges = false;
  const model = await load();
  expect(ranges()).toHaveLength(1);
  const { finishReason } = await model.generate('Once', { maxNewTokens: 2, eosTokenId: [] }).result();
  expect(finishReason).toBe('length');
  model.dispose();
});

test('the error of a server that does not answer names it', async () => {
  await hub.close();
  const reason = `connect ECONNREFUSED ${hub.endpoint.replace('http://', '')}`;
  await expect(load()).rejects.toThrow(`loadModel: ${hub.endpoint}/plain/config.json does not answer: ${reason}`);
});

test('the error of a text that breaks off names it and its bytes so far', async () => {
  hub.cutAfter = 100;
  const name = `config.json of ${hub.endpoint}/plain/`;
  await expect(load()).rejects.toThrow(`loadModel: ${name} ended after 100 bytes: terminated`);
});

test('errors name the missing file', async () => {
  files.delete('model.safetensors');
  await expect(load()).rejects.toThrow(
    '/plain/ has neither model.safetensors nor model.safetensors.index.json; other weight formats are not read',
  );
  files.delete('config.json');
  await expect(load()).rejects.toThrow('/plain/ has no config.json');
});
