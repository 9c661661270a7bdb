import { weightNeeds } from '@residual/layers';
import { expect, test } from 'vitest';
import { moonshine } from '../encoder-decoders/moonshine.js';
import { ast } from './ast.js';
import { hubert } from './hubert.js';
import { wav2vec2 } from './wav2vec2.js';
import { wavlm } from './wavlm.js';

const small = {
  hidden_size: 8,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  intermediate_size: 6,
  conv_dim: [4, 5],
  conv_kernel: [3, 2],
  conv_stride: [2, 2],
  num_conv_pos_embeddings: 4,
  num_conv_pos_embedding_groups: 2,
};

test('the defaults are those of the base models: 20 ms a position', () => {
  const { positionsOf, kind, model } = wav2vec2.compose({ model_type: 'wav2vec2' });
  expect([16000, 400, 399, 10, 0].map(samples => positionsOf!(samples))).toEqual([49, 1, 0, 0, 0]);
  expect([kind, model.vocab, model.dim]).toEqual(['ctc', 32, 768]);
});

test('norms come after the parts of a block or before them, and the last one lies accordingly', () => {
  const paths = (config: object) =>
    weightNeeds(wav2vec2.compose({ ...small, ...config }).model).map(({ path }) => path);
  expect(paths({})).toContain('onEmbedded.norm.weight');
  expect(paths({ do_stable_layer_norm: true })).toContain('encoder.norm.weight');
  expect(paths({ feat_extract_norm: 'layer' })).toContain('features.extractor.layers.1.norm.weight');
  expect(paths({})).not.toContain('features.extractor.layers.1.norm.weight');
  expect(
    weightNeeds(hubert.compose({ ...small, feat_proj_layer_norm: false }).model).map(({ path }) => path),
  ).not.toContain('features.norm.weight');
});

const refused: [object, string][] = [
  [{ conv_dim: [] }, 'config field conv_dim is []; it must be a list of 1 to 64 whole numbers above 0'],
  [{ conv_stride: [2] }, 'config field conv_stride is [2]; it must be 2 numbers, as many as conv_dim has'],
  [{ conv_kernel: [3, 0] }, 'conv_kernel is 0; it must be a whole number from 1 to 1048576'],
  [{ feat_extract_norm: 'batch' }, 'config field feat_extract_norm is "batch"; it must be group or layer'],
  [{ add_adapter: true }, 'config field add_adapter is true; it must be false or absent'],
  [{ adapter_attn_dim: 16 }, 'config field adapter_attn_dim is 16; it must be absent'],
  [{ conv_pos_batch_norm: true }, 'config field conv_pos_batch_norm is true; it must be false or absent'],
  [{ num_conv_pos_embedding_groups: 3 }, 'config field num_conv_pos_embedding_groups is 3; it must be a divisor of 8'],
  [{ strange: 1 }, 'config fields are not understood and may change the numbers: strange: 1'],
];
test.each(refused)('%j is refused', (fields, message) => {
  for (const family of [wav2vec2, hubert, wavlm])
    expect(() => family.compose({ ...small, ...fields })).toThrow(message);
});

test('a spectrum smaller than a patch is refused', () => {
  expect(() => ast.compose({ hidden_size: 8, num_attention_heads: 2, num_mel_bins: 9 })).toThrow(
    'audio-spectrogram-transformer: config field num_mel_bins is 9; it must be 16 or more, the size of a patch',
  );
});

test('Moonshine reads samples; heads that share keys are refused', () => {
  const { kind, source, openEnded } = moonshine.compose({ hidden_size: 16, vocab_size: 9 });
  expect([kind, source, openEnded]).toEqual(['speech-seq2seq', { kind: 'samples' }, true]);
  expect(() => moonshine.compose({ hidden_size: 16, decoder_num_key_value_heads: 2 })).toThrow(
    'moonshine: config field decoder_num_key_value_heads is 2; it must be 8, as many as there are heads',
  );
});
