import '@residual/testkit/wasm';
import { type Config, gpt2Config, llamaConfig, marianConfig, t5Config } from '@residual/families';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { fixtureJson, repositoryFile } from '@residual/testkit';
import { expect, test } from 'vitest';
import { createModel } from '../index.js';

const sizes = { vocab: 128, modelDim: 32, heads: 4, depth: 2 };
const decoder = { ...sizes, maxPositions: 64, specialTokens: { bos: 1, eos: 2, pad: 0 } };
const buckets = { relative_attention_num_buckets: 8, relative_attention_max_distance: 16 };

/** Fields that the reference adds if a config lacks them, always with these values. */
const addedFields: Config = {
  add_cross_attention: false,
  is_decoder: false,
  classifier_dropout: 0,
  pretraining_tp: 1,
  scale_decoder_outputs: true, // if the head is tied
  dense_act_fn: 'relu', // from feed_forward_proj, like the next
  is_gated_act: false,
  rope_parameters: { rope_theta: 10000, rope_type: 'default' }, // from rope_theta, which versions before 5 read
  summary_activation: null,
  summary_first_dropout: 0.1,
  summary_proj_to_labels: true,
  summary_type: 'cls_index',
  summary_use_proj: true,
  output_attentions: false,
  output_hidden_states: false,
  transformers_version: '5.17.0',
};

const tensorsIn = async (bytes: Uint8Array) => {
  const { tensors, metadata } = await openSafetensors(bytesSource(bytes));
  const headers = [...tensors].map(([name, { dtype, shape }]) => [name, { dtype, shape }]);
  return { metadata, tensors: Object.fromEntries(headers) };
};

test.each<[string, Config]>([
  ['gpt2', gpt2Config(decoder)],
  ['llama', llamaConfig({ ...decoder, kvHeads: 2, hiddenDim: 48 })],
  ['marian', marianConfig({ ...sizes, maxPositions: 64, hiddenDim: 48, specialTokens: { eos: 0, pad: 127 } })],
  ['t5', { ...t5Config({ ...sizes, hiddenDim: 48, specialTokens: { eos: 1, pad: 0 } }), ...buckets }],
])(
  'a new %s is written as the reference writes one: fields, names, shapes, types, tied weights once',
  async (name, config) => {
    const model = await createModel(config, { seed: 1 });
    const files = await model.save();
    const folder = `checkpoints/${name}`;
    const { rope_theta, ...savedConfig } = JSON.parse(new TextDecoder().decode(files.get('config.json'))) as Config;
    if (name === 'llama') expect(rope_theta).toBe(10000);
    const reference = await fixtureJson<Config>(`${folder}/config.json`);
    expect({ ...only(addedFields, reference), ...savedConfig }).toEqual(reference);
    const generation = JSON.parse(new TextDecoder().decode(files.get('generation_config.json'))) as Config;
    const referenceGeneration = {
      ...(await fixtureJson<Config>(`${folder}/generation_config.json`)),
      max_length: model.maxPositions, // unlike the reference, whose default of 20 tokens suits no model
    };
    expect({ ...only({ ...addedFields, use_cache: true }, referenceGeneration), ...generation }).toEqual(
      referenceGeneration,
    );
    const weights = await repositoryFile(`fixtures/${folder}/model.safetensors`);
    expect(await tensorsIn(files.get('model.safetensors')!)).toEqual(await tensorsIn(weights));
    model.dispose();
  },
);

/** The fields of `from` that `like` has. */
function only(from: Config, like: Config): Config {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name in like));
}
