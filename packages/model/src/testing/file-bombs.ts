import '@residual/testkit/cpu';
import { readFileSync } from 'node:fs';
import { type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';

const root = process.env.RESIDUAL_ROOT;
const fileOf = (name: string, file: string) => readFileSync(`${root}/fixtures/checkpoints/${name}/${file}`);
const read = (name: string, file: string) => JSON.parse(fileOf(name, file).toString()) as Record<string, unknown>;
/** A small selection of hostile values; `pnpm fuzz` has more. */
const few = { numbers: [2 ** 25, 2 ** 31, 2 ** 53].map(String), types: ['"x"', '{"x":null}'] };

/** Loads a checkpoint with one file replaced by `text`, and runs `work` on it. */
async function use(name: string, file: string, text: string, work: (model: Model) => Promise<unknown>): Promise<void> {
  const files = ['config.json', 'generation_config.json', 'model.safetensors'].map(each => [each, fileOf(name, each)]);
  const replaced = new Map(files as [string, Uint8Array][]).set(file, new TextEncoder().encode(text));
  const model = await loadModel(replaced);
  try {
    await work(model);
  } finally {
    model.dispose();
  }
}

const config = (name: string, more: object = {}): BombTarget => ({
  inputs: () => bombsOf({ ...read(name, 'config.json'), ...more }, few),
  read: text =>
    use(name, 'config.json', text, async model => {
      await model.generate([5, 6, 7], { maxNewTokens: 2 }).result();
    }),
});

const greedyConfig = {
  sequence_bias: [[[7, 8], 2.5]],
  repetition_penalty: 1.2,
  no_repeat_ngram_size: 3,
  bad_words_ids: [[59]],
  min_length: 2,
  min_new_tokens: 1,
  forced_bos_token_id: 3,
  forced_eos_token_id: 2,
  max_length: 14,
  exponential_decay_length_penalty: [1, 1.05],
  suppress_tokens: [11, 12],
  begin_suppress_tokens: [22],
  renormalize_logits: true,
  eos_token_id: [2, 3],
};
const samplingConfig = {
  do_sample: true,
  temperature: 0.9,
  top_k: 5,
  top_p: 0.9,
  min_p: 0.1,
  typical_p: 0.9,
  epsilon_cutoff: 0.1,
  eta_cutoff: 0.1,
  max_new_tokens: 3,
};
const beamConfig = {
  num_beams: 4,
  num_beam_groups: 2,
  num_return_sequences: 2,
  length_penalty: 1.5,
  early_stopping: false,
  diversity_penalty: 0.5,
};

export const llama = config('llama', {
  rope_parameters: { rope_type: 'yarn', rope_theta: 1e4, factor: 2, original_max_position_embeddings: 32 },
});
export const marian = config('marian');
export const t5 = config('t5');

/** A generation_config.json that samples. */
export const generation: BombTarget = {
  inputs: () => bombsOf({ ...greedyConfig, ...samplingConfig, decoder_start_token_id: 0 }, few),
  read: text =>
    use('t5', 'generation_config.json', text, model => model.generate([5, 6, 7], { maxLength: 9 }).result()),
};

/** A generation_config.json for a beam search. */
export const search: BombTarget = {
  inputs: () => bombsOf({ ...beamConfig, eos_token_id: 2, max_new_tokens: 3 }, few),
  read: text =>
    use('gpt2', 'generation_config.json', text, model => model.beamSearch([5, 6, 7], { maxNewTokens: 2 }).result()),
};
