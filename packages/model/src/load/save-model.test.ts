import '@residual/testkit/wasm';
import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { memoryUsage, tensor } from '@residual/tensor';
import { fixture, repositoryFile } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createModel, loadModel, type Model } from '../index.js';
import type { SaveModelOptions } from './save-model.js';

const folder = 'fixtures/checkpoints/flan-t5-gated';
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (content: string) => new TextEncoder().encode(content);
let files: Map<string, Uint8Array>;
let model: Model;
beforeAll(async () => {
  const names = ['config.json', 'generation_config.json', 'model.safetensors'];
  files = new Map(
    await Promise.all(names.map(async name => [name, await repositoryFile(`${folder}/${name}`)] as const)),
  );
  model = await loadModel(files);
});
afterAll(() => model.dispose());

const loadWith = async (changes: Readonly<Record<string, string>>) =>
  loadModel(new Map([...files, ...Object.entries(changes).map(([name, content]) => [name, bytes(content)] as const)]));

test('config.json is saved with the text that was read', async () => {
  const savedFiles = await model.save();
  expect(text(savedFiles.get('config.json')!)).toBe(text(files.get('config.json')!));
  expect(text(savedFiles.get('config.json')!)).toContain('"initializer_factor": 1.0,'); // a float in the reference
});

test('a config with torch_dtype is saved with dtype instead', async () => {
  const before = text(files.get('config.json')!);
  for (const lines of ['"torch_dtype": "float16",', '"torch_dtype": "float16",\n  "dtype": "float16",']) {
    const older = await loadWith({ 'config.json': before.replace('"dtype": "float32",', lines) });
    const savedConfig = text((await older.save()).get('config.json')!);
    expect(JSON.parse(savedConfig)).toEqual(JSON.parse(before));
    older.dispose();
  }
});

test('the other files of a tokenizer are saved with it', async () => {
  const otherFiles = { 'chat_template.jinja': '{{ messages }}', 'special_tokens_map.json': '{"pad_token": "</s>"}' };
  const other = await loadWith(otherFiles);
  const savedFiles = await other.save();
  for (const [name, content] of Object.entries(otherFiles)) expect(text(savedFiles.get(name)!)).toBe(content);
  other.dispose();
});

test.each([
  ['float16', 'F16', 2 ** -11],
  ['bfloat16', 'BF16', 2 ** -8],
] as const)('weights are stored as %s, rounded, and half as large', async (dtype, stored, rounding) => {
  const [whole, half] = [await model.save(), await model.save({ dtype })];
  const open = async (savedFiles: Map<string, Uint8Array>) =>
    openSafetensors(bytesSource(savedFiles.get('model.safetensors')!));
  const [a, b] = [await open(whole), await open(half)];
  for (const [name, { shape, byteLength }] of a.tensors) {
    expect(b.tensors.get(name)).toEqual({ dtype: stored, shape, byteLength: byteLength / 2 });
    const [from, to] = [(await a.readFloat32(name)).data, (await b.readFloat32(name)).data];
    expect(from.every((value, i) => Math.abs(value - to[i]!) <= Math.abs(value) * rounding + 2 ** -25)).toBe(true);
  }
  expect(JSON.parse(text(half.get('config.json')!)).dtype).toBe(dtype);
  const again = await loadModel(half);
  const once = await again.save({ dtype });
  expect(once.get('model.safetensors')).toEqual(half.get('model.safetensors'));
  again.dispose();
});

test('members of one matrix are saved in their order in the file, not in that of the tree', async () => {
  const config = { model_type: 'codegen', n_embd: 16, n_head: 4, n_layer: 1, n_positions: 8, vocab_size: 11 };
  const made = await createModel({ ...config, rotary_dim: 2 }, { seed: 3 });
  const again = await loadModel(await made.save());
  const [before, after] = [await made.forward([1, 2, 3]), await again.forward([1, 2, 3])];
  expect(after.logits.data).toEqual(before.logits.data);
  for (const each of [made, again]) each.dispose();
});

test('weights that a dtype cannot hold are refused', async () => {
  await expect(model.save({ dtype: 'int8' } as unknown as SaveModelOptions)).rejects.toThrow(
    'save: dtype is "int8"; it can be float32, float16, bfloat16',
  );
  const large = await createModel(
    { model_type: 'gpt2', n_embd: 4, n_head: 1, n_layer: 1, n_positions: 4, vocab_size: 5 },
    { seed: 1 },
  );
  const leaf = (large.weights as never as { decoder: { norm: { weight: { dispose(): void } } } }).decoder.norm;
  leaf.weight.dispose();
  (leaf as { weight: unknown }).weight = tensor([1, 70000, 65519, 1], [4]);
  await expect(large.save({ dtype: 'float16' })).rejects.toThrow(
    'save: transformer.ln_f.weight holds 70000 at 1; float16 reaches to 65504',
  );
  await large.save({ dtype: 'bfloat16' });
  large.dispose();
});

test('a head that differs from the embedding is loaded and saved separately, whatever the config says', async () => {
  const { readFloat32, tensors, read } = await openSafetensors(bytesSource(files.get('model.safetensors')!));
  const { data } = await readFloat32('shared.weight');
  const weights = new Map(await Promise.all([...tensors.keys()].map(async name => [name, await read(name)] as const)));
  weights.set('lm_head.weight', {
    dtype: 'F32',
    shape: tensors.get('shared.weight')!.shape,
    data: data.map(x => 1 - x),
  });
  const untied = await loadModel(
    new Map([...files, ['model.safetensors', writeSafetensors(weights, { format: 'pt' })] as const]),
  );
  expect(untied.config.tie_word_embeddings).toBe(false);
  const savedFiles = await untied.save();
  expect(savedFiles.get('model.safetensors')).toEqual(writeSafetensors(weights, { format: 'pt' }));
  const before = text(files.get('config.json')!);
  expect(text(savedFiles.get('config.json')!)).toBe(
    before.replace('"tie_word_embeddings": true', '"tie_word_embeddings": false'),
  );
  untied.dispose();
});

test('a tokenizer of a GGUF file that fits no tokenizer.json is an error that says what can be done', async () => {
  const model = await loadModel(new Map([['tiny.gguf', await fixture('gguf/llama/model-q8_0.gguf')]]));
  const before = memoryUsage();
  await expect(model.save()).rejects.toThrow(
    /^save: the tokenizer of the GGUF file fits no tokenizer\.json: tokenizer: .*no such merges; convertToGguf/,
  );
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});
