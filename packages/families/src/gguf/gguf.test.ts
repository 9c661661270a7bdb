import { describe, expect, test } from 'vitest';
import {
  type Config,
  configFromGguf,
  families,
  familyOfGguf,
  ggufLayout,
  gpt2,
  isGgufFamily,
  llama,
  mt5,
  type t5,
  tensorSlices,
} from '../index.js';
import { type GgufFamily, type GgufHeader, interleavedHeads, interleavedRow, modelToGguf } from './index.js';

const llamaFamily = llama as GgufFamily<typeof llama>;

const llamaMetadata: Readonly<Record<string, unknown>> = {
  'general.architecture': 'llama',
  'general.name': 'a name',
  'llama.block_count': 2,
  'llama.context_length': 64,
  'llama.embedding_length': 24,
  'llama.feed_forward_length': 40,
  'llama.attention.head_count': 6,
  'llama.attention.head_count_kv': 2,
  'llama.attention.layer_norm_rms_epsilon': Math.fround(1e-5),
  'llama.rope.dimension_count': 4,
};

/** A header with changed metadata; undefined removes a key. */
const headerOf = (
  more: Readonly<Record<string, unknown>> = {},
  tensors: readonly string[] = ['output.weight'],
  base = llamaMetadata,
): GgufHeader => ({
  metadata: new Map(
    Object.entries({ ...base, ...more }).flatMap(([key, value]) => (value === undefined ? [] : [[key, { value }]])),
  ),
  tensors: new Map<string, { shape: number[] }>([
    ['token_embd.weight', { shape: [31, 24] }],
    ...tensors.map((name): [string, { shape: number[] }] => [name, { shape: [7] }]),
  ]),
});

const llamaConfig: Config = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  num_hidden_layers: 2,
  max_position_embeddings: 64,
  hidden_size: 24,
  intermediate_size: 40,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  head_dim: 4,
  vocab_size: 31,
  hidden_act: 'silu',
  rope_theta: 10000,
  rope_scaling: null,
  tie_word_embeddings: false,
  attention_bias: false,
  mlp_bias: false,
  bos_token_id: null,
  eos_token_id: null,
  pad_token_id: null,
};

describe('metadata becomes a config', () => {
  test('of Llama, with the shortest numbers', () => {
    expect(configFromGguf(llamaFamily, headerOf())).toEqual(llamaConfig);
  });

  test('tied heads, biases and special tokens follow from what the file has', () => {
    const header = headerOf({ 'tokenizer.ggml.bos_token_id': 1, 'tokenizer.ggml.eos_token_id': 31 }, [
      'blk.0.attn_q.bias',
    ]);
    expect(configFromGguf(llamaFamily, header)).toMatchObject({
      tie_word_embeddings: true,
      attention_bias: true,
      mlp_bias: false,
      bos_token_id: 1,
      eos_token_id: null, // the vocabulary has no such token
    });
  });

  test.each<[string, Readonly<Record<string, unknown>>, Config]>([
    ['a base', { 'rope.freq_base': 5e5 }, { rope_theta: 5e5, rope_scaling: null }],
    ['no scaling', { 'rope.scaling.type': 'none', 'rope.scaling.factor': 1 }, { rope_scaling: null }],
    [
      'linear',
      { 'rope.scaling.type': 'linear', 'rope.scaling.factor': 2.5 },
      { rope_scaling: { rope_type: 'linear', factor: 2.5 } },
    ],
    [
      'a linear factor of older files',
      { 'rope.scale_linear': 4 },
      { rope_scaling: { rope_type: 'linear', factor: 4 } },
    ],
    [
      'yarn',
      { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 4, 'rope.scaling.original_context_length': 16 },
      { rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 } },
    ],
  ])('rotary positions: %s', (_, entries, expected) => {
    const more = Object.fromEntries(Object.entries(entries).map(([key, value]) => [`llama.${key}`, value]));
    const config = configFromGguf(llamaFamily, headerOf(more));
    expect(config).toMatchObject(expected);
    expect(llama.compose(config).heads).toBe(6);
  });

  test('GPT-2 and T5', () => {
    expect(
      configFromGguf(
        gpt2 as GgufFamily,
        headerOf({}, [], {
          'general.architecture': 'gpt2',
          'gpt2.block_count': 2,
          'gpt2.context_length': 16,
          'gpt2.embedding_length': 24,
          'gpt2.feed_forward_length': 96,
          'gpt2.attention.head_count': 3,
          'gpt2.attention.layer_norm_epsilon': 1e-5,
        }),
      ),
    ).toMatchObject({
      n_layer: 2,
      n_positions: 16,
      n_embd: 24,
      n_inner: 96,
      n_head: 3,
      tie_word_embeddings: true,
      activation_function: 'gelu_new',
    });
    expect(
      configFromGguf(
        familyOfGguf(new Map([['general.architecture', { value: 't5' }]]), families),
        headerOf({}, ['output.weight', 'enc.blk.0.ffn_gate.weight'], {
          't5.block_count': 3,
          't5.context_length': 512,
          't5.embedding_length': 24,
          't5.feed_forward_length': 40,
          't5.attention.head_count': 6,
          't5.attention.key_length': 4,
          't5.attention.value_length': 4,
          't5.attention.layer_norm_epsilon': 1e-6,
          't5.attention.layer_norm_rms_epsilon': 1e-6,
          't5.attention.relative_buckets_count': 32,
          't5.decoder_start_token_id': 0,
        }),
      ),
    ).toMatchObject({
      model_type: 't5',
      num_layers: 3,
      num_decoder_layers: 3,
      d_kv: 4,
      feed_forward_proj: 'gated-gelu',
      tie_word_embeddings: false,
      relative_attention_max_distance: 128,
    });
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a missing key', { 'llama.block_count': undefined }, 'configFromGguf: metadata llama.block_count is missing'],
    [
      'a text for a number',
      { 'llama.block_count': '2' },
      'configFromGguf: metadata llama.block_count is "2"; it must be a number',
    ],
    [
      'a fraction',
      { 'llama.block_count': 1.5 },
      'configFromGguf: metadata llama.block_count is 1.5; it must be a whole number from 0',
    ],
    [
      'heads that differ by block',
      { 'llama.attention.head_count': Int32Array.of(6, 3) },
      'configFromGguf: metadata llama.attention.head_count is an array of 2; it must be a number',
    ],
    [
      'two widths of a head',
      { 'llama.attention.value_length': 8 },
      'configFromGguf: metadata llama.attention.value_length is 8 and rope.dimension_count is 4; they must be equal',
    ],
    [
      'experts',
      { 'llama.expert_count': 8 },
      'configFromGguf: metadata llama.expert_count is 8; it must be 0 or absent',
    ],
    [
      'a window',
      { 'llama.attention.sliding_window': 4096 },
      'configFromGguf: metadata is not understood and may change the numbers: llama.attention.sliding_window: 4096; ' +
        'if it does not, name it in ignoreConfig',
    ],
    [
      'an unknown scaling',
      { 'llama.rope.scaling.type': 'longrope' },
      'configFromGguf: metadata llama.rope.scaling.type is "longrope"; it must be none, linear or yarn',
    ],
    [
      'another vocabulary',
      { 'llama.vocab_size': 32 },
      'configFromGguf: metadata llama.vocab_size is 32, token_embd.weight has 31 rows',
    ],
    [
      'too few tokens',
      { 'tokenizer.ggml.tokens': ['a', 'b'] },
      'configFromGguf: tokenizer.ggml.tokens holds 2 tokens, token_embd.weight has 31 rows',
    ],
  ])('%s is refused', (_, more, message) => {
    expect(() => configFromGguf(llamaFamily, headerOf(more))).toThrow(message);
  });

  test('an unknown architecture is refused, and unknown keys may be named', () => {
    expect(() => familyOfGguf(new Map([['general.architecture', { value: 'mamba' }]]), families)).toThrow(
      'familyOfGguf: general.architecture "mamba" is not known; known are gpt2, llama, t5',
    );
    const header = headerOf({ 'llama.attention.sliding_window': 4096 });
    const config = configFromGguf(llamaFamily, header, { ignoreConfig: ['llama.attention.sliding_window'] });
    expect(config).toEqual(llamaConfig);
  });
});

test('rows of a head are interleaved as llama.cpp rotates them', () => {
  expect(Array.from({ length: 12 }, (_, row) => interleavedRow(row, 6))).toEqual([
    0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11,
  ]);
  const heads = (name: string) => interleavedHeads(llamaFamily, llamaConfig, name);
  expect(['blk.1.attn_q.weight', 'blk.11.attn_k.bias', 'blk.0.attn_v.weight', 'output.weight'].map(heads)).toEqual([
    6,
    2,
    undefined,
    undefined,
  ]);
});

describe('a model becomes metadata and tensors', () => {
  const read = async () => new Float32Array(0);
  const metadataOf = (family: typeof llama | typeof t5, config: Config) =>
    modelToGguf(family, config, family.compose(config).model as never, read);

  test('the metadata gives the config again', () => {
    const { metadata, tensors } = metadataOf(llama, llamaConfig);
    const header = { metadata, tensors: new Map([...tensors].map(([name, { shape }]) => [name, { shape }])) };
    expect(configFromGguf(familyOfGguf(metadata, families), header)).toEqual(llamaConfig);
    expect([...tensors.keys()].filter(name => !name.includes('.1.'))).toEqual([
      'token_embd.weight',
      ...['attn_norm', 'attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_norm', 'ffn_gate', 'ffn_up', 'ffn_down'].map(
        name => `blk.0.${name}.weight`,
      ),
      'output_norm.weight',
      'output.weight',
    ]);
  });

  test.each<[string, Config]>([
    ['linear', { rope_type: 'linear', factor: 2 }],
    ['yarn', { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 }],
    [
      'llama3',
      { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 16 },
    ],
  ])('the scaling of rotary positions gives the config again: %s', async (_, scaling) => {
    const { metadata, tensors } = metadataOf(llama, { ...llamaConfig, rope_scaling: scaling });
    const ropeFactors = await tensors.get('rope_freqs.weight')?.values();
    const header = { metadata, tensors: new Map([...tensors].map(([name, { shape }]) => [name, { shape }])) };
    expect(configFromGguf(llamaFamily, header, { ropeFactors })).toEqual({ ...llamaConfig, rope_scaling: scaling });
    expect(ropeFactors !== undefined).toBe(scaling.rope_type === 'llama3');
  });

  test('factors that are not those of Llama 3 are refused', () => {
    expect(() => configFromGguf(llamaFamily, headerOf(), { ropeFactors: Float32Array.of(3, 2) })).toThrow(
      'configFromGguf: rope_freqs.weight does not hold the factors of Llama 3, from 1 to 3; others are not composed',
    );
    expect(() => configFromGguf(llamaFamily, headerOf(), { ropeFactors: Float32Array.of(1, 2, 2) })).toThrow(
      'configFromGguf: rope_freqs.weight holds 3 factors; 2 would fit',
    );
  });

  test('what llama.cpp computes otherwise is refused', () => {
    expect(() => metadataOf(llama, { ...llamaConfig, hidden_act: 'gelu' })).toThrow(
      'modelToGguf: hidden_act of this llama is "gelu"; GGUF files of llama mean "silu" or "swish"',
    );
    const bart = families.find(({ name }) => name === 'bart')!;
    expect(isGgufFamily(bart)).toBe(false);
    expect(() => modelToGguf(bart, {}, bart.compose({ vocab_size: 5 }).model as never, read)).toThrow(
      'modelToGguf: GGUF files have no architecture for bart',
    );
    const tied = { model_type: 'mt5', vocab_size: 5, tie_word_embeddings: true };
    expect(() => modelToGguf(mt5, tied, mt5.compose(tied).model as never, read)).toThrow(
      'modelToGguf: tie_word_embeddings of this mt5 is true; GGUF files of t5 mean false',
    );
  });

  test.each(families.filter(isGgufFamily).map(family => [family.name, family] as const))(
    'every weight of %s has a tensor',
    (_, family) => {
      const { model } = family.compose({ vocab_size: 5 });
      const names = [...tensorSlices(ggufLayout(family), model as never).values()].map(slice => slice.checkpointName);
      expect(names.every(name => /\.(weight|bias)$/.test(name))).toBe(true);
      expect(names).toContain('token_embd.weight');
    },
  );
});
