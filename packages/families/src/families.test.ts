import { weightNeeds } from '@residual/layers';
import { expect, test } from 'vitest';
import type { Fields } from '../test/reference.js';
import { gpt2Shapes } from '../test/reference-gpt2.js';
import { llamaShapes } from '../test/reference-llama.js';
import { type Config, catalog, families, familyOf, findFamily, gpt2, llama, tensorSlices } from './index.js';

const small = {
  gpt2: { n_embd: 12, n_head: 3, n_layer: 2, n_positions: 16, vocab_size: 29 },
  llama: {
    hidden_size: 16,
    intermediate_size: 11,
    num_attention_heads: 4,
    num_hidden_layers: 2,
    vocab_size: 29,
    max_position_embeddings: 16,
  },
};
const message = (use: () => unknown): string => {
  try {
    use();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

test('a family is found by model_type, else by architectures', async () => {
  expect(await findFamily({ model_type: 'gpt2', architectures: ['LlamaForCausalLM'] })).toBe(gpt2);
  expect(await findFamily({ architectures: ['Other', 'LlamaForCausalLM'] })).toBe(llama);
  const own = { ...llama, name: 'own' };
  expect(await findFamily({ model_type: 'llama' }, [own])).toBe(own);
  expect(familyOf({ model_type: 'llama' }, [gpt2, llama])).toBe(llama);
  const known = catalog.flatMap(({ modelTypes }) => modelTypes).join(', ');
  await expect(findFamily({ model_type: 'albatross', architectures: ['LlamaForCausalLM'] })).rejects.toThrow(
    `familyOf: model_type "albatross" (architectures ["LlamaForCausalLM"]) is not known; known are ${known}`,
  );
  expect(message(() => familyOf({}, [llama]))).toBe(
    'familyOf: model_type undefined (architectures undefined) is not known; known are llama',
  );
});

test('the catalog names what its families name, and has all of them', async () => {
  const loaded = await Promise.all(catalog.map(({ load }) => load()));
  expect(new Set(loaded)).toEqual(new Set(families));
  expect(catalog.map(({ modelTypes, gguf }) => [modelTypes, gguf])).toEqual(
    loaded.map(({ modelTypes, gguf }) => [modelTypes, gguf?.architecture]),
  );
});

test.each<[string, Fields]>([
  ['gpt2, tied', {}],
  ['gpt2, a head of its own, an inner width', { tie_word_embeddings: false, n_inner: 7, n_layer: 1 }],
])('%s: the weights have the published layout', (_, fields) => {
  expectShapes(gpt2.compose({ ...small.gpt2, ...fields }).model, gpt2, gpt2Shapes({ ...small.gpt2, ...fields }));
});

test.each<[string, Fields]>([
  ['llama', {}],
  ['llama, tied, one key/value head, wide heads', { tie_word_embeddings: true, num_key_value_heads: 1, head_dim: 6 }],
  ['llama, biases everywhere', { attention_bias: true, mlp_bias: true }],
])('%s: the weights have the published layout', (_, fields) => {
  expectShapes(llama.compose({ ...small.llama, ...fields }).model, llama, llamaShapes({ ...small.llama, ...fields }));
});

function expectShapes(
  model: Parameters<typeof tensorSlices>[1],
  family: typeof gpt2,
  expected: Record<string, readonly number[]>,
) {
  const slices = [...tensorSlices(family, model).values()].map(({ checkpointName, shape, totalRows, transposed }) => {
    const stored = [totalRows, ...shape.slice(1)];
    return [checkpointName, transposed ? stored.toReversed() : stored];
  });
  expect(Object.fromEntries(slices)).toEqual(expected);
  expect(slices.length).toBe(weightNeeds(model).length);
}

test('absent config fields have the defaults of Hugging Face transformers', () => {
  const { maxPositions, openEnded, depth, heads, model } = gpt2.compose({});
  expect([maxPositions, openEnded, depth, heads, model.vocab]).toEqual([1024, undefined, 12, 12, 50257]);
  const bare = llama.compose({});
  expect([bare.maxPositions, bare.openEnded, bare.depth, bare.heads, bare.model.vocab]).toEqual([
    2048,
    true,
    32,
    32,
    32000,
  ]);
});

test.each<[string, Config]>([
  [
    'older GPT-2 files',
    { n_ctx: 16, task_specific_params: {}, output_past: true, summary_type: 'cls_index', torch_dtype: 'float16' },
  ],
  ['fields of sampling and storage', { do_sample: true, max_length: 50, dtype: 'float32', _name_or_path: 'x' }],
  ['how attention is ordered', { reorder_and_upcast_attn: true }],
])('gpt2 accepts fields that do not change the results: %s', (_, fields) => {
  expect(message(() => gpt2.compose({ ...small.gpt2, ...fields }))).toBe('no error');
});

test.each<[string, Config]>([
  [
    'files found in the wild',
    { is_llama_config: true, rope_interleaved: false, max_sequence_length: 2048, pretraining_tp: 2 },
  ],
  [
    'attention that is full in every layer',
    { layer_types: ['full_attention', 'full_attention'], sliding_window: null },
  ],
  ['a window that is not used', { use_sliding_window: false }],
])('llama accepts fields that do not change the results: %s', (_, fields) => {
  expect(message(() => llama.compose({ ...small.llama, ...fields }))).toBe('no error');
});

test.each<[typeof gpt2, Config, string]>([
  [gpt2, { add_cross_attention: true }, 'config field add_cross_attention is true; it must be false or absent'],
  [gpt2, { n_head: 0 }, 'config field n_head is 0; it must be a whole number, 1 or more'],
  [
    gpt2,
    { hidden_size: 12 },
    'config fields are not understood and may change the numbers: hidden_size: 12; if they do not, name them in ' +
      'ignoreConfig',
  ],
  [llama, { rope_interleaved: true }, 'config field rope_interleaved is true; it must be false or absent'],
  [llama, { use_sliding_window: true }, 'config field use_sliding_window is true; it must be false or absent'],
  [
    llama,
    { layer_types: ['full_attention', 'sliding_attention'] },
    'config field layer_types is ["full_attention","sliding_attention"]; it must be full_attention for every layer',
  ],
  [
    llama,
    { sliding_window: 4, quantization_config: { bits: 4 } },
    'config fields are not understood and may change the numbers: sliding_window: 4, quantization_config: ' +
      '{"bits":4}; if they do not, name them in ignoreConfig',
  ],
  [
    llama,
    { num_attention_heads: 3 },
    'config field head_dim is 5.333333333333333; it must be a whole number, 1 or more',
  ],
])('$name refuses other mathematics: %o', (family, fields, expected) => {
  const compose = () => family.compose({ ...small[family.name as 'gpt2'], ...fields });
  expect(message(compose)).toBe(`${family.name}: ${expected}`);
});

test('a field in ignoreConfig is ignored', () => {
  const ignoreConfig = ['attention_sinks'];
  expect(message(() => gpt2.compose({ ...small.gpt2, attention_sinks: 4 }, { ignoreConfig }))).toBe('no error');
  expect(message(() => llama.compose({ ...small.llama, attention_sinks: 4 }, { ignoreConfig }))).toBe('no error');
});
