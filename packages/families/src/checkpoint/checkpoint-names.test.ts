import '@residual/testkit/wasm';
import { flatten, load } from '@residual/layers';
import { dense, dispose, memoryUsage } from '@residual/tensor';
import { expect, test } from 'vitest';
import { gpt2Shapes } from '../../test/reference-gpt2.js';
import { llamaShapes } from '../../test/reference-llama.js';
import {
  type CausalComposition,
  type Config,
  type Family,
  fromCheckpoint,
  gpt2,
  llama,
  type StoredArrays,
  tensorSlices,
  toCheckpoint,
} from '../index.js';

type File = Record<string, { shape: readonly number[]; values: Float32Array }>;

const gpt2Config = { n_embd: 12, n_head: 3, n_layer: 2, n_positions: 16, vocab_size: 29 };
const llamaConfig = {
  hidden_size: 16,
  intermediate_size: 11,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  vocab_size: 29,
  max_position_embeddings: 16,
};

/** A file in which every entry differs. */
const fileOf = (shapes: Record<string, readonly number[]>): File => {
  let next = 0;
  const filled = (shape: readonly number[]) => ({
    shape,
    values: new Float32Array(shape.reduce((product, n) => product * n, 1)).map(() => next++),
  });
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, filled(shape)]));
};
const stored = (file: File) => ({
  names: Object.keys(file),
  shapeOf: (name: string) => file[name]?.shape,
  readFloat32: async (name: string) => file[name]!.values,
});
const loaded = async (family: Family<CausalComposition>, config: Config, file: File) => {
  const { model } = family.compose(config);
  const weights = await load(model, fromCheckpoint(family, model, stored(file)));
  const leaves = flatten(model, weights);
  const written = await toCheckpoint(
    family,
    model,
    async path => (await dense(leaves.get(path)!).data()) as Float32Array,
  );
  dispose(weights);
  return Object.fromEntries(written) as File;
};
const failure = async (family: Family<CausalComposition>, config: Config, file: File) => {
  const before = memoryUsage();
  const message = await loaded(family, config, file).then(
    () => 'no error',
    (error: Error) => error.message,
  );
  expect(memoryUsage()).toEqual(before);
  return message;
};
const renamed = (file: File, change: (name: string) => string): File =>
  Object.fromEntries(Object.entries(file).map(([name, entry]) => [change(name), entry]));
const one = (value: number, shape: readonly number[]) => ({
  shape,
  values: new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(value),
});

test.each<[string, Family<CausalComposition>, Config]>([
  ['gpt2, tied', gpt2, gpt2Config],
  ['gpt2, a head of its own', gpt2, { ...gpt2Config, tie_word_embeddings: false }],
  ['llama, a head of its own, grouped heads', llama, { ...llamaConfig, num_key_value_heads: 2, head_dim: 6 }],
  [
    'llama, tied, biases everywhere',
    llama,
    { ...llamaConfig, tie_word_embeddings: true, attention_bias: true, mlp_bias: true },
  ],
])('%s: a checkpoint is reproduced entry by entry, with or without the prefix', async (_, family, config) => {
  const file = fileOf(family === gpt2 ? gpt2Shapes(config) : llamaShapes(config));
  expect(await loaded(family, config, file)).toEqual(file);
  const bare = renamed(file, name => name.replace(family.prefix, ''));
  expect(await loaded(family, config, bare)).toEqual(file);
});

test('computed buffers are ignored', async () => {
  const buffers = { 'transformer.h.0.attn.bias': one(1, [1, 1, 16, 16]), 'h.1.attn.masked_bias': one(-1e4, []) };
  const file = fileOf(gpt2Shapes(gpt2Config));
  expect(await loaded(gpt2, gpt2Config, { ...file, ...buffers })).toEqual(file);
  const tables = { 'model.layers.0.self_attn.rotary_emb.inv_freq': one(1, [2]), 'rotary_emb.inv_freq': one(1, [2]) };
  const other = fileOf(llamaShapes(llamaConfig));
  expect(await loaded(llama, llamaConfig, { ...other, ...tables })).toEqual(other);
});

test('a tied head may be stored twice if both are equal, or only under its own name; it is written once', async () => {
  const file = fileOf(gpt2Shapes(gpt2Config));
  const embedding = file['transformer.wte.weight']!;
  expect(await loaded(gpt2, gpt2Config, { ...file, 'lm_head.weight': embedding })).toEqual(file);
  const { 'transformer.wte.weight': _, ...rest } = file;
  const written = await loaded(gpt2, gpt2Config, { ...rest, 'lm_head.weight': embedding });
  expect(written['transformer.wte.weight']).toEqual(embedding);
  const bare = renamed(file, name => name.replace('transformer.', ''));
  expect(await loaded(gpt2, gpt2Config, { ...bare, 'lm_head.weight': embedding })).toEqual(file);
});

test('aliases of one tensor that differ are an error', async () => {
  const file = fileOf(gpt2Shapes(gpt2Config));
  const values = Float32Array.from(file['transformer.wte.weight']!.values);
  values[5] = -1;
  expect(await failure(gpt2, gpt2Config, { ...file, 'lm_head.weight': { shape: [29, 12], values } })).toBe(
    'load: transformer.wte.weight and lm_head.weight are two names of one tensor but differ at 5 (5 and -1), ' +
      'shapes [29, 12] and [29, 12]',
  );
  expect(await failure(gpt2, gpt2Config, { ...file, 'lm_head.weight': one(0, [2, 3]) })).toBe(
    'load: transformer.wte.weight and lm_head.weight are two names of one tensor but differ at 0 (0 and 0), ' +
      'shapes [29, 12] and [2, 3]',
  );
});

test('aliases are compared also where rows are read into memory that is used again', async () => {
  const file = fileOf(gpt2Shapes(gpt2Config));
  const { shape, values } = file['transformer.wte.weight']!;
  const arraysOf = (head: Float32Array) => {
    const arrays = stored({ ...file, 'lm_head.weight': { shape, values: head } });
    const readRows: StoredArrays['readRows'] = async (name, from, to, { memory }) => {
      const whole = await arrays.readFloat32(name);
      const rowSize = whole.length / arrays.shapeOf(name)![0]!;
      const target = memory
        ? new Float32Array(memory.buffer as ArrayBuffer, 0, (to - from) * rowSize)
        : new Float32Array((to - from) * rowSize);
      target.set(whole.subarray(from * rowSize, to * rowSize));
      return target;
    };
    return { ...arrays, readRows };
  };
  const { model } = gpt2.compose(gpt2Config);
  dispose(await load(model, fromCheckpoint(gpt2, model, arraysOf(values))));
  const other = Float32Array.from(values).fill(-1, 300, 301);
  await expect(load(model, fromCheckpoint(gpt2, model, arraysOf(other)))).rejects.toThrow(
    'load: transformer.wte.weight and lm_head.weight are two names of one tensor but differ at 300 (300 and -1)',
  );
});

test('an untied head must be in the file, whatever the embedding is', async () => {
  const file = fileOf(llamaShapes({ ...llamaConfig, tie_word_embeddings: true }));
  expect(await failure(llama, llamaConfig, file)).toBe('load: head.weight needs [29, 16], lm_head.weight is missing');
});

test('one error lists missing tensors, unused tensors and wrong shapes by checkpoint name', async () => {
  const { 'transformer.ln_f.bias': _, ...file } = fileOf(gpt2Shapes(gpt2Config));
  const changed = {
    ...file,
    'transformer.h.1.attn.c_attn.weight': one(0, [36, 12]),
    'transformer.h.0.mlp.c_fc.weight': one(0, [48, 12]),
    'transformer.h.0.ln_1.weight': one(0, [13]),
    'transformer.h.2.ln_1.weight': one(0, [12]),
  };
  expect(await failure(gpt2, gpt2Config, changed)).toBe(
    [
      'load: decoder.layers.0.attentionNorm.weight needs [12], transformer.h.0.ln_1.weight holds [13]',
      'decoder.layers.0.mlp.up.weight needs [48, 12], transformer.h.0.mlp.c_fc.weight holds [48, 12] instead of ' +
        '[12, 48]',
      ...['query', 'key', 'value'].map(
        part =>
          `decoder.layers.1.attention.${part}.weight needs [12, 12], transformer.h.1.attn.c_attn.weight holds ` +
          '[36, 12] instead of [12, 36]',
      ),
      'decoder.norm.bias needs [12], transformer.ln_f.bias is missing',
      'transformer.h.2.ln_1.weight is not needed',
    ].join('; '),
  );
});

test('a leaf without a mapping is an error of the family', () => {
  const { model } = gpt2.compose(gpt2Config);
  const short = { ...gpt2, mappings: gpt2.mappings.filter(({ checkpointName }) => checkpointName !== 'ln_f.bias') };
  expect(() => tensorSlices(short, model)).toThrow('gpt2: there is no mapping for decoder.norm.bias');
});
