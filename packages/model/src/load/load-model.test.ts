import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { repositoryFile } from '@residual/testkit';
import { readFixture } from '@residual/testkit/read-fixture';
import { beforeEach, expect, test } from 'vitest';
import { describeSource, type LoadProgress, loadModel } from './load-model.js';
import type { WeightForm } from './weight-forms.js';

const sharded = 'fixtures/checkpoints/llama-sharded';
const shards = [1, 2, 3, 4].map(i => `model-0000${i}-of-00004.safetensors`);
const index = 'model.safetensors.index.json';
let files: Map<string, Uint8Array>;
beforeEach(async () => {
  const names = ['config.json', index, ...shards];
  const entries = names.map(async name => [name, await repositoryFile(`${sharded}/${name}`)] as const);
  files = new Map(await Promise.all(entries));
});

const write = (name: string, text: string) => files.set(name, new TextEncoder().encode(text));

test('errors name a file that is missing or not JSON, and nothing leaks', async () => {
  const before = memoryUsage();
  const failure = (change: () => void) => {
    change();
    return loadModel(files).catch((error: Error) => error.message);
  };
  expect(await failure(() => write('generation_config.json', '[1]'))).toBe(
    'loadModel: generation_config.json of the source is not an object',
  );
  files.delete('generation_config.json');
  expect(await failure(() => write('tokenizer.json', '{'))).toMatch(/^tokenizer/);
  files.delete('tokenizer.json');
  expect(await failure(() => files.delete(shards[2]!))).toContain(
    `loadModel: the source has no ${shards[2]}, which its index names`,
  );
  expect(await failure(() => files.delete(index))).toBe(
    'loadModel: the source has neither model.safetensors nor model.safetensors.index.json; ' +
      'other weight formats are not read',
  );
  expect(await failure(() => write('config.json', '{"model_type":'))).toMatch(
    /^loadModel: config\.json of the source is not JSON: /,
  );
  expect(await failure(() => files.delete('config.json'))).toBe('loadModel: the source has no config.json');
  expect(memoryUsage()).toEqual(before);
});

test('an error lists all weights that do not fit the config', async () => {
  const before = memoryUsage();
  const config = JSON.parse(new TextDecoder().decode(files.get('config.json')));
  write('config.json', JSON.stringify({ ...config, intermediate_size: 50, num_hidden_layers: 1 }));
  const error: Error = await loadModel(files).then(
    () => expect.unreachable(),
    error => error,
  );
  const parts = [
    'load: decoder.layers.0.mlp.gate.weight needs [50, 32]',
    'model.layers.0.mlp.gate_proj.weight holds [48, 32]',
  ];
  expect(error.message.startsWith(parts.join(', '))).toBe(true);
  expect(error.message).toContain('model.layers.1.mlp.down_proj.weight is not needed');
  expect(memoryUsage()).toEqual(before);
});

test('progress reports the bytes of each file as they are read, and the weights that are on the backend', async () => {
  const reports: LoadProgress[] = [];
  const model = await loadModel(files, { onProgress: progress => reports.push(progress) });
  const total = model.describe().parameters;
  const ofWeights = reports.filter(({ stage }) => stage === 'weights').map(({ done }) => done);
  expect(ofWeights).toEqual([...ofWeights].sort((a, b) => a - b));
  expect(reports.at(-1)).toEqual({ stage: 'weights', done: total, total });
  for (const shard of shards) {
    const ofFile = reports.filter(report => report.stage === 'bytes' && report.file === shard);
    const done = ofFile.map(report => report.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    const size = files.get(shard)!.length;
    expect(ofFile.at(-1)).toEqual({ stage: 'bytes', file: shard, done: size, total: size });
  }
  model.dispose();
});

test('a file that is cut short, or that ends while it is read, is an error that names both lengths', async () => {
  const before = memoryUsage();
  const gpt2 = 'fixtures/checkpoints/gpt2';
  const names = ['config.json', 'model.safetensors'];
  const whole = new Map(
    await Promise.all(names.map(async name => [name, await repositoryFile(`${gpt2}/${name}`)] as const)),
  );
  const bytes = whole.get('model.safetensors')!;
  const cut = new Map(whole).set('model.safetensors', bytes.subarray(0, -100));
  await expect(loadModel(cut)).rejects.toThrow(
    'loadModel: model.safetensors of the source: openSafetensors: the file has ' +
      `${bytes.length - 100} bytes; ${bytes.length} would fit`,
  );
  const shrinking = new File([], 'model.safetensors');
  Object.defineProperties(shrinking, {
    size: { value: bytes.length },
    slice: {
      value: (start: number, end: number) =>
        new Blob([new Uint8Array(bytes.slice(start, Math.min(end, bytes.length - 100)))]),
    },
  });
  const config = new File([new Uint8Array(whole.get('config.json')!)], 'config.json');
  await expect(loadModel([config, shrinking])).rejects.toThrow(
    `loadModel: model.safetensors of the source (2 files) ended after ${bytes.length - 100} of ${bytes.length} bytes`,
  );
  expect(memoryUsage()).toEqual(before);
});

test('describeSource needs only the config of a checkpoint', async () => {
  const { family, config, composition } = await describeSource(files);
  expect([family.name, config.num_hidden_layers, composition.depth]).toEqual(['llama', 2, 2]);
  expect((await describeSource({ ...config, num_hidden_layers: 5 })).composition.depth).toBe(5);
});

test('without tokenizer.json a tokenizer is opened from its other files, which are saved with the model', async () => {
  files.set('tokenizer.model', readFixture('sentencepiece/own/bpe-llama.model'));
  write('special_tokens_map.json', '{"eos_token": "</s>"}');
  const model = await loadModel(files);
  expect(model.tokenizer!.encode('the').tokens).toEqual(['<s>', '▁the']);
  expect(model.tokenizer!.decode([1, 2])).toBe('');
  const savedFiles = await model.save();
  model.dispose();
  const again = await loadModel(savedFiles);
  expect(again.tokenizer!.encode('the').tokens).toEqual(['<s>', '▁the']);
  expect([again.tokenizer!.bosTokenId, again.tokenizer!.eosTokenId]).toEqual([1, 2]);
  again.dispose();
});

test('an HTML page in place of a tokenizer file is ignored', async () => {
  write('tokenizer.model', '<!DOCTYPE html><p>Nothing here');
  const model = await loadModel(files);
  expect(model.tokenizer).toBeUndefined();
  model.dispose();
});

test('weights are held in the form that is asked for, and saved as what they mean', async () => {
  const logitsOf = async (source: Parameters<typeof loadModel>[0], weights?: WeightForm) => {
    const before = memoryUsage().bytes;
    const model = await loadModel(source, weights ? { weights } : {});
    const bytes = memoryUsage().bytes - before;
    const values = (await model.forward([3, 1, 4, 1, 5])).logits.data as Float32Array;
    const saved = await model.save();
    model.dispose();
    return { bytes, values, saved };
  };
  const before = memoryUsage();
  const exact = await logitsOf(files);
  for (const [form, share, error] of [
    ['f16', 0.6, 2e-3],
    ['bf16', 0.6, 4e-2],
    ['int8', 0.4, 4e-2],
    ['int4', 0.3, 0.5],
  ] as const) {
    const packed = await logitsOf(files, form);
    expect(packed.bytes / exact.bytes).toBeLessThan(share);
    const largest = Math.max(...exact.values.map(Math.abs));
    expect(Math.max(...exact.values.map((value, i) => Math.abs(value - packed.values[i]!)))).toBeLessThan(
      error * largest,
    );
    const again = await logitsOf(packed.saved);
    for (const [i, value] of again.values.entries())
      expect(Math.abs(value - packed.values[i]!)).toBeLessThan(1e-4 * largest);
  }
  expect(memoryUsage()).toEqual(before);
});

test('a function chooses the form of each matrix, and a form that does not exist is an error', async () => {
  const before = memoryUsage();
  const seen = new Map<string, string>();
  const weights = (path: string, role: string) => {
    seen.set(path, role);
    return role === 'embedding' || role === 'unembedding' ? 'f32' : 'int8';
  };
  const model = await loadModel(files, { weights });
  expect(seen.get('decoder.layers.0.mlp.down.weight')).toBe('down');
  model.dispose();
  const message = 'is "int3"; f32, f16, bf16, int8, int4 or as stored would fit';
  const form = 'int3' as 'int8';
  await expect(loadModel(files, { weights: form })).rejects.toThrow(`loadModel: weights ${message}`);
  await expect(loadModel(files, { weights: () => form })).rejects.toThrow(
    /^loadModel: weights of \S+\.weight is "int3"/,
  );
  expect(memoryUsage()).toEqual(before);
});
