/** Hostile generation settings, read by a process with a small heap. */
import { type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { fromGenerationConfig } from '../generation-config.js';
import { sampler } from '../index.js';

const greedy = {
  bos_token_id: 1,
  eos_token_id: 2,
  pad_token_id: 0,
  repetition_penalty: 1.2,
  no_repeat_ngram_size: 3,
  bad_words_ids: [[5], [6, 7]],
  sequence_bias: [[[7, 8], 2.5]],
  min_length: 2,
  min_new_tokens: 1,
  max_length: 14,
  forced_bos_token_id: 3,
  forced_eos_token_id: 2,
  exponential_decay_length_penalty: [1, 1.05],
  suppress_tokens: [11, 12],
  begin_suppress_tokens: [13],
  renormalize_logits: true,
};
const sampling = {
  do_sample: true,
  temperature: 0.9,
  top_k: 5,
  top_p: 0.9,
  min_p: 0.1,
  typical_p: 0.9,
  epsilon_cutoff: 0.01,
  eta_cutoff: 0.01,
  eos_token_id: [2, 3],
  max_new_tokens: 3,
};
const logits = Float32Array.from({ length: 20 }, (_, token) => Math.sin(token));

/** Reads a generation_config.json and chooses tokens by it. */
export const generationConfig: BombTarget = {
  inputs: function* () {
    yield* bombsOf(greedy, { count: 1000 });
    yield* bombsOf(sampling, { count: 1000 });
  },
  read: text => {
    let config: unknown;
    try {
      config = JSON.parse(text);
    } catch {
      return; // the loader reports it
    }
    if (typeof config !== 'object' || config === null) return;
    const options = fromGenerationConfig(config as Record<string, unknown>);
    const { next } = sampler({ ...options, seed: 1 } as never);
    for (const tokens of [[1], [1, 4], [1, 4, 5]]) next(logits, { tokens, promptLength: 1, encoderTokens: [4] });
  },
  seeds: () => [JSON.stringify(greedy), JSON.stringify(sampling), JSON.stringify({ ...greedy, ...sampling })],
};
