import { expect, test } from 'vitest';
import { thrownMessage } from '../test/thrown.js';
import { fromGenerationConfig } from './generation-config.js';
import { sampler } from './index.js';

test('a file that says nothing of sampling is greedy', () => {
  const config = { _from_model_config: true, bos_token_id: 1, eos_token_id: 2, use_cache: true };
  expect(fromGenerationConfig(config)).toEqual({ eosTokenId: 2 });
});

test('filters count only with do_sample, whose default temperature is 1', () => {
  const filters = { temperature: 0.6, top_k: 40, top_p: 0.9, min_p: 0.1, typical_p: 0.8, top_h: 0.4 };
  const cutoffs = { epsilon_cutoff: 0.01, eta_cutoff: 0.02 };
  expect(fromGenerationConfig({ ...filters, ...cutoffs })).toEqual({});
  expect(fromGenerationConfig({ ...filters, ...cutoffs, do_sample: true })).toEqual({
    temperature: 0.6,
    topK: 40,
    topP: 0.9,
    minP: 0.1,
    typicalP: 0.8,
    topH: 0.4,
    epsilonCutoff: 0.01,
    etaCutoff: 0.02,
  });
  expect(fromGenerationConfig({ do_sample: true })).toEqual({ temperature: 1 });
});

test('other processors always count', () => {
  const config = {
    sequence_bias: [[[7], 2.5]],
    encoder_repetition_penalty: 1.1,
    repetition_penalty: 1.2,
    no_repeat_ngram_size: 3,
    encoder_no_repeat_ngram_size: 4,
    bad_words_ids: [[59513]],
    min_length: 56,
    min_new_tokens: 3,
    forced_bos_token_id: 0,
    forced_eos_token_id: 2,
    max_length: 142,
    exponential_decay_length_penalty: [5, 1.05],
    suppress_tokens: [1, 2],
    begin_suppress_tokens: [220],
    renormalize_logits: true,
    eos_token_id: [2, 3],
  };
  const options = fromGenerationConfig(config);
  expect(options).toEqual({
    sequenceBias: [[[7], 2.5]],
    encoderRepetitionPenalty: 1.1,
    repetitionPenalty: 1.2,
    noRepeatNgramSize: 3,
    encoderNoRepeatNgramSize: 4,
    badWordsIds: [[59513]],
    minLength: 56,
    minNewTokens: 3,
    forcedBosTokenId: 0,
    forcedEosTokenId: { tokens: 2, maxLength: 142 },
    exponentialDecayLengthPenalty: { start: 5, factor: 1.05 },
    suppressTokens: [1, 2],
    beginSuppressTokens: [220],
    renormalizeLogits: true,
    eosTokenId: [2, 3],
  });
  expect(() => sampler(options)).not.toThrow();
});

test('values that mean "not used" are left out', () => {
  const config = {
    do_sample: true,
    encoder_repetition_penalty: 1.0,
    repetition_penalty: 1.0,
    no_repeat_ngram_size: 0,
    encoder_no_repeat_ngram_size: 0,
    bad_words_ids: null,
    min_length: 0,
    min_new_tokens: null,
    renormalize_logits: false,
    eos_token_id: 2,
    temperature: 1.0,
    top_k: 0,
    top_p: 1.0,
    typical_p: 1.0,
    epsilon_cutoff: 0.0,
    eta_cutoff: 0.0,
    guidance_scale: null,
    remove_invalid_values: false,
    exponential_decay_length_penalty: null,
  };
  expect(fromGenerationConfig(config)).toEqual({ temperature: 1, eosTokenId: 2 });
});

test('a minimum length without an end token is left out, as in the reference', () => {
  const config = { min_length: 5, min_new_tokens: 5, exponential_decay_length_penalty: [5, 1.05], eos_token_id: null };
  expect(fromGenerationConfig(config)).toEqual({});
});

test('the end token is forced at the caller’s limit, else at the file’s', () => {
  const config = { forced_eos_token_id: 0 };
  expect(fromGenerationConfig({ ...config, max_length: 512 }, 7)).toEqual({
    forcedEosTokenId: { tokens: 0, maxNewTokens: 7 },
  });
  expect(fromGenerationConfig({ ...config, max_length: 512, max_new_tokens: 9 })).toEqual({
    forcedEosTokenId: { tokens: 0, maxNewTokens: 9 },
  });
  expect(fromGenerationConfig({ ...config, max_length: 512 })).toEqual({
    forcedEosTokenId: { tokens: 0, maxLength: 512 },
  });
  expect(fromGenerationConfig(config)).toEqual({});
});

test('fields that would change the logits and are not supported are refused', () => {
  const refusal = (config: Record<string, unknown>) => thrownMessage(() => fromGenerationConfig(config));
  expect(refusal({ guidance_scale: 3 })).toBe(
    'sampling: guidance_scale is 3; it must be 1 or not given; there is no processor for it',
  );
  expect(refusal({ watermarking_config: { greenlist_ratio: 0.25 } })).toBe(
    'sampling: watermarking_config is {"greenlist_ratio":0.25}; it must be null or not given; there is no ' +
      'processor for it',
  );
  expect(refusal({ remove_invalid_values: true })).toBe(
    'sampling: remove_invalid_values is true; it must be false or not given; there is no processor for it',
  );
});
