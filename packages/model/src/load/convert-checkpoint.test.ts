import '@residual/testkit/wasm';
import { bytesSource, openSafetensors, type StoredTensor, writeSafetensors } from '@residual/safetensors';
import { memoryUsage } from '@residual/tensor';
import { expectClose, fixture } from '@residual/testkit';
import { expect, test } from 'vitest';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { type ConvertOptions, convertCheckpoint } from './convert-checkpoint.js';
import { loadModel } from './load-model.js';
import type { ModelSource } from './sources/source.js';

const checkpoint = (name: string) => fixtureFiles(`fixtures/checkpoints/${name}`);

/** All files of a converted checkpoint in memory. */
async function converted(source: ModelSource, options: ConvertOptions): Promise<Map<string, Uint8Array>> {
  const { files, weights } = await convertCheckpoint(source, options);
  const all = new Map(files);
  for (const [name, chunks] of weights) {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    all.set(name, new Uint8Array(Buffer.concat(parts)));
  }
  return all;
}

const configIn = (files: ReadonlyMap<string, Uint8Array>) =>
  JSON.parse(new TextDecoder().decode(files.get('config.json')!)) as Record<string, unknown>;
const tensorsIn = async (files: ReadonlyMap<string, Uint8Array>) =>
  (await openSafetensors(bytesSource(files.get('model.safetensors')!))).tensors;

/** The logits of a model and its bytes by form. */
async function outputOf(source: ModelSource, weights?: 'int8' | 'int4' | 'f16') {
  const model = await loadModel(source, weights ? { weights } : {});
  const target = { source: [3, 1, 4], target: [1, 5] };
  const { logits } = await model.forward(model.encoderDepth > 0 ? target : [3, 1, 4, 1, 5]);
  const asHeld = await model.save({ weights: 'as held' });
  const { bytesByForm } = model.describe();
  model.dispose();
  return { logits: logits.data as Float32Array, asHeld, bytesByForm };
}

// gpt2 stores [in, out] with query, key and value in one tensor; t5 has tied tables and one of few columns
test.each([
  ['gpt2', 'int8'],
  ['gpt2', 'int4'],
  ['llama', 'int4'],
  ['t5', 'int8'],
] as const)(
  '%s in %s is held so by default, is saved as it is held, and float32 says what it means',
  async (name, form) => {
    const before = memoryUsage();
    const files = await converted(checkpoint(name), { weights: form });
    expect(configIn(files)).toMatchObject({
      dtype: 'float32',
      quantization_config: { quant_method: 'residual', form, group_size: 32 },
    });
    const [packedHere, packedThere] = [await outputOf(checkpoint(name), form), await outputOf(files)];
    expect(packedThere.bytesByForm).toEqual(packedHere.bytesByForm);
    expect(packedThere.bytesByForm[form]).toBeGreaterThan(1000);
    expect(packedThere.logits).toEqual(packedHere.logits);
    const names = [...(await tensorsIn(files)).keys()];
    expect([...(await tensorsIn(packedThere.asHeld)).keys()]).toEqual(names);
    expect(packedThere.asHeld.get('model.safetensors')).toEqual(files.get('model.safetensors'));
    expect(
      names.every((each, i) => !each.endsWith('.quants') || names[i - 1] === each.replace('quants', 'scales')),
    ).toBe(true);

    const plain = await converted(files, { weights: 'f32' });
    expect(configIn(plain)).not.toHaveProperty('quantization_config');
    const original = await converted(checkpoint(name), { weights: 'as stored' });
    expect([...(await tensorsIn(plain))]).toEqual([...(await tensorsIn(original))]);
    const meaning = await outputOf(plain);
    expect(Object.keys(meaning.bytesByForm)).toEqual(['f32']);
    const largest = Math.max(...meaning.logits.map(Math.abs));
    await expectClose(packedHere.logits, meaning.logits, { absolute: 1e-4 * largest });
    expect(memoryUsage()).toEqual(before);
  },
);

test('bits that are held already are copied: nothing is rounded twice', async () => {
  const files = await converted(checkpoint('llama'), { weights: 'int8' });
  // entries of half the size, as another rounding might give: to round them again would use a smaller scale
  const { metadata, tensors, read } = await openSafetensors(bytesSource(files.get('model.safetensors')!));
  const halved = new Map<string, StoredTensor>();
  for (const name of tensors.keys()) {
    const tensor = await read(name);
    if (tensor.dtype === 'U8') halved.set(name, { ...tensor, data: tensor.data.map(byte => (byte << 24) >> 25) });
    else halved.set(name, tensor);
  }
  const bytes = writeSafetensors(halved, metadata, { order: 'given' });
  files.set('model.safetensors', bytes);
  expect((await converted(files, { weights: 'as stored' })).get('model.safetensors')).toEqual(bytes);
  expect((await converted(files, { weights: 'int8' })).get('model.safetensors')).toEqual(bytes);
  const model = await loadModel(files);
  expect((await model.save({ weights: 'as held' })).get('model.safetensors')).toEqual(bytes);
  model.dispose();
});

test('where one tensor holds weights of two forms, they are saved as what they mean', async () => {
  const weights = (path: string) => (path.includes('.query.') ? 'int8' : 'f32');
  const model = await loadModel(checkpoint('gpt2'), { weights });
  const saved = await model.save({ weights: 'as held' });
  expect([...(await tensorsIn(saved)).keys()].some(name => name.endsWith('.quants'))).toBe(false);
  expect(saved.get('model.safetensors')).toEqual((await model.save()).get('model.safetensors'));
  await expect(model.save({ weights: 'packed' as 'as held' })).rejects.toThrow(
    'save: weights is "packed"; it can be as held',
  );
  model.dispose();
});

test('a GGUF file becomes a checkpoint of its bits, without a tokenizer that no tokenizer.json can have', async () => {
  const gguf = new Map([['tiny.gguf', await fixture('gguf/llama/model-q8_0.gguf')]]);
  const { omitted } = await convertCheckpoint(gguf, { weights: 'as stored' });
  expect([...omitted.keys()]).toEqual(['tokenizer.json']);
  expect(omitted.get('tokenizer.json')).toMatch(
    /^tokenizer: the SentencePiece piece .* tokenizer\.json has no such merges$/,
  );
  const files = await converted(gguf, { weights: 'as stored' });
  expect([...files.keys()].filter(name => name.startsWith('tokenizer'))).toEqual([]);
  const [there, here] = [await loadModel(gguf), await loadModel(files)];
  expect(here.describe()).toEqual(there.describe());
  const logitsOf = async (model: Model) => (await model.forward([3, 1, 4, 1, 5])).logits;
  expect(await logitsOf(here)).toEqual(await logitsOf(there));
  there.dispose();
  here.dispose();
});

test('float16 becomes a plain file, and the head has a form of its own', async () => {
  const halves = await converted(checkpoint('llama'), { weights: 'f16' });
  expect(configIn(halves)).toMatchObject({ dtype: 'float16' });
  expect(configIn(halves)).not.toHaveProperty('quantization_config');
  const dtypes = [...(await tensorsIn(halves))].map(([name, { dtype }]) =>
    name.includes('norm') ? `norm ${dtype}` : dtype,
  );
  expect(new Set(dtypes)).toEqual(new Set(['norm F32', 'F16']));

  const isHead = (name: string) => /^(lm_head|transformer.wte)/.test(name);
  for (const [name, form] of [
    ['llama', 'f32'],
    ['gpt2', 'int8'],
  ] as const) {
    const mixed = await tensorsIn(await converted(checkpoint(name), { weights: 'int4', head: form }));
    const heads = [...mixed].filter(([each]) => isHead(each) && !each.endsWith('.scales'));
    expect(heads.map(([, { dtype }]) => dtype)).toEqual([form === 'f32' ? 'F32' : 'U8']);
    expect(mixed.size).toBeGreaterThan(10);
  }
});

test('progress counts all entries, and an abort ends the writing', async () => {
  const seen: number[] = [];
  const onProgress = (progress: { stage: string; done: number; total: number }) => {
    if (progress.stage === 'weights') seen.push(progress.done / progress.total);
  };
  await converted(checkpoint('llama'), { weights: 'int8', onProgress });
  expect([seen.at(-1), [...seen].sort((a, b) => a - b)]).toEqual([1, seen]);
  const abort = new AbortController();
  const { weights } = await convertCheckpoint(checkpoint('llama'), { weights: 'int8', signal: abort.signal });
  abort.abort(new Error('stop'));
  const chunks = weights.get('model.safetensors')![Symbol.asyncIterator]();
  await expect(chunks.next().then(() => chunks.next())).rejects.toThrow('stop');
});

test('several files of weights are one checkpoint, which says the same', async () => {
  const [whole, split] = [
    await converted(checkpoint('llama'), { weights: 'int8' }),
    await converted(checkpoint('llama'), { weights: 'int8', maxFileBytes: 20_000 }),
  ];
  const parts = [...split.keys()].filter(name => /^model-\d+-of-\d+\.safetensors$/.test(name));
  expect(parts.length).toBeGreaterThan(1);
  for (const name of parts) expect(split.get(name)!.length).toBeLessThan(30_000);
  expect((await outputOf(split)).logits).toEqual((await outputOf(whole)).logits);
  await expect(convertCheckpoint(checkpoint('llama'), { weights: 'int8', maxFileBytes: 0 })).rejects.toThrow(
    'convertCheckpoint: maxFileBytes is 0; it must be a whole number, 1 or more',
  );
});

test('what does not fit is an error that says so', async () => {
  const form = 'int3' as 'int8';
  await expect(convertCheckpoint(checkpoint('llama'), { weights: form })).rejects.toThrow(
    'convertCheckpoint: weights is "int3"; f32, f16, bf16, int8, int4 or as stored would fit',
  );
  const byPath = (path: string) => (path.includes('.query.') ? 'int8' : 'f32');
  await expect(convertCheckpoint(checkpoint('gpt2'), { weights: byPath })).rejects.toThrow(
    /^convertCheckpoint: \S+\.0\.attn\.c_attn\.weight holds .*, which would be int8 and f32; one tensor has one form$/,
  );
});

test('a file whose quants and scales do not fit each other names both', async () => {
  const files = await converted(checkpoint('llama'), { weights: 'int8' });
  const text = new TextDecoder('latin1').decode(files.get('model.safetensors')!);
  const name = 'model.layers.0.mlp.up_proj.weight';
  const shape = new RegExp(`("${name}.scales":{"dtype":"F16","shape":)\\[(\\d+),(\\d+)\\]`);
  const swapped = text.replace(shape, (_, before: string, a: string, b: string) => `${before}[${b},${a}]`);
  expect(swapped).not.toBe(text);
  const broken = new Map([...files, ['model.safetensors', Uint8Array.from(Buffer.from(swapped, 'latin1'))]]);
  await expect(loadModel(broken)).rejects.toThrow(
    new RegExp(
      `^load: ${name}.quants \\[.*\\] and ${name}.scales \\[.*\\] do not fit a width of \\d+; \\[out, groups\\]`,
    ),
  );
});
