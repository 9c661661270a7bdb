import { expect, test } from 'vitest';
import { type Config, ConfigReader, rotaryFromConfig } from '../index.js';

const read = (config: Config, maxPositions = 64) => rotaryFromConfig(new ConfigReader('lark', config), maxPositions);
const message = (config: Config): string => {
  try {
    read(config);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

test('a family may have another kind of dynamic positions, and fields that do not matter', () => {
  const config = { rope_scaling: { type: 'dynamic', alpha: 50, factor: 1, beta_fast: 32 } };
  const options = { types: { dynamic: 'alpha' } };
  const of = (fields: Config, more: object) => rotaryFromConfig(new ConfigReader('lark', fields), 64, more);
  expect(of(config, options)).toEqual({ base: 10000, scaling: { type: 'ntk', factor: 50 } });
  expect(of({ rope_scaling: { type: 'dynamic', factor: 2 } }, options).scaling?.type).toBe('dynamic');
  expect(message(config)).toContain(
    'config field rope_parameters.alpha is 50; it must be absent for rope_type dynamic',
  );
  expect(message({ rope_scaling: { type: 'alpha' } })).toContain('config field rope_type is "alpha"; it must be');
  expect(of({ rope_parameters: { odd: 3 } }, { ignored: ['odd'] })).toEqual({ base: 10000 });
});

const yarn = { type: 'yarn', betaFast: 32, betaSlow: 1, truncate: true };

test.each<[string, Config, object]>([
  ['nothing', {}, { base: 10000 }],
  ['a base on top', { rope_theta: 500 }, { base: 500 }],
  ['nulls', { rope_theta: null, rope_scaling: null, rope_parameters: null }, { base: 10000 }],
  ['a base inside counts for more', { rope_theta: 500, rope_parameters: { rope_theta: 7 } }, { base: 7 }],
  [
    'the older form',
    { rope_scaling: { type: 'linear', factor: 2 } },
    { base: 10000, scaling: { type: 'linear', factor: 2 } },
  ],
  [
    'the newer form',
    {
      rope_parameters: { rope_type: 'linear', factor: 2, rope_theta: 5, partial_rotary_factor: 1 },
      partial_rotary_factor: 1,
    },
    { base: 5, scaling: { type: 'linear', factor: 2 } },
  ],
  [
    'both forms that say the same',
    { rope_scaling: { factor: 2, type: 'linear' }, rope_parameters: { type: 'linear', factor: 2 } },
    { base: 10000, scaling: { type: 'linear', factor: 2 } },
  ],
  [
    'dynamic measures from max_position_embeddings, whatever else is there',
    { rope_parameters: { rope_type: 'dynamic', factor: 2, original_max_position_embeddings: 7 } },
    { base: 10000, scaling: { type: 'dynamic', factor: 2, originalMaxPositions: 64 } },
  ],
  [
    'llama3, its original length beside it',
    {
      original_max_position_embeddings: 16,
      rope_parameters: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 32,
      },
    },
    {
      base: 10000,
      scaling: { type: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 16 },
    },
  ],
  [
    'yarn, all left out that may be',
    { rope_parameters: { rope_type: 'yarn', factor: 4 } },
    { base: 10000, scaling: { ...yarn, factor: 4, originalMaxPositions: 64, attentionFactor: 0.1 * Math.log(4) + 1 } },
  ],
  [
    'yarn by the lengths, nulls and zeros as if absent',
    {
      rope_parameters: {
        rope_type: 'yarn',
        factor: null,
        original_max_position_embeddings: 8,
        attention_factor: null,
        beta_fast: 0,
        beta_slow: null,
        mscale: 1,
      },
    },
    { base: 10000, scaling: { ...yarn, factor: 8, originalMaxPositions: 8, attentionFactor: 0.1 * Math.log(8) + 1 } },
  ],
  [
    'yarn, temperatures by mscale',
    { rope_parameters: { rope_type: 'yarn', factor: 4, mscale: 0.8, mscale_all_dim: 0.5, truncate: false } },
    {
      base: 10000,
      scaling: {
        ...yarn,
        truncate: false,
        factor: 4,
        originalMaxPositions: 64,
        attentionFactor: (0.08 * Math.log(4) + 1) / (0.05 * Math.log(4) + 1),
      },
    },
  ],
  [
    'yarn, its temperature given, a factor that shrinks',
    { rope_parameters: { rope_type: 'yarn', factor: 0.5, attention_factor: 2, mscale: 0.8, mscale_all_dim: 0.5 } },
    { base: 10000, scaling: { ...yarn, factor: 0.5, originalMaxPositions: 64, attentionFactor: 2 } },
  ],
  ['a part of the head', { partial_rotary_factor: 0.5 }, { base: 10000, fraction: 0.5 }],
  [
    'a part of the head, in the newer form',
    { rope_parameters: { rope_type: 'proportional', partial_rotary_factor: 0.25, factor: 2 } },
    { base: 10000, scaling: { type: 'proportional', factor: 2, fraction: 0.25 } },
  ],
  [
    'longrope, with the temperature of its paper',
    { original_max_position_embeddings: 16, rope_scaling: { type: 'longrope', short_factor: [1], long_factor: [2] } },
    {
      base: 10000,
      scaling: {
        type: 'longrope',
        shortFactors: [1],
        longFactors: [2],
        originalMaxPositions: 16,
        attentionFactor: Math.sqrt(1 + Math.log(4) / Math.log(16)),
      },
    },
  ],
])('rotary settings: %s', (_, config, expected) => {
  expect(read(config)).toEqual(expected);
});

test.each<[string, Config]>([
  ['rope_theta is "5"; it must be a number', { rope_parameters: { rope_theta: '5' } }],
  ['rope_theta is "5"; it must be a number', { rope_theta: '5' }],
  ['factor is undefined; it must be a number', { rope_scaling: { type: 'linear' } }],
  ['low_freq_factor is undefined; it must be a number', { rope_scaling: { type: 'llama3', factor: 2 } }],
  ['rope_scaling is 3; it must be an object', { rope_scaling: 3 }],
  ['rope_parameters is [1]; it must be an object', { rope_parameters: [1] }],
  ['partial_rotary_factor is 0; it must be above 0 and at most 1', { partial_rotary_factor: 0 }],
  [
    'long_factor is [0]; it must be a list of numbers above 0',
    { rope_scaling: { type: 'longrope', short_factor: [1], long_factor: [0] } },
  ],
  [
    'rope_type is "toString"; it must be default, linear, dynamic, llama3, yarn, longrope, proportional',
    { rope_scaling: { type: 'toString' } },
  ],
  [
    'rope_parameters.full_attention is {}; it must be absent for rope_type default',
    { rope_parameters: { full_attention: {} } },
  ],
  [
    'rope_parameters.beta_fast is 3; it must be absent for rope_type linear',
    { rope_scaling: { type: 'linear', factor: 2, beta_fast: 3 } },
  ],
  [
    'rope_scaling is {"type":"linear","factor":2}; it must be absent or what rope_parameters is, {"rope_theta":5}',
    { rope_scaling: { type: 'linear', factor: 2 }, rope_parameters: { rope_theta: 5 } },
  ],
  [
    'original_max_position_embeddings is 0; it must be a whole number, 1 or more',
    { original_max_position_embeddings: 0, rope_scaling: { type: 'yarn', factor: 2 } },
  ],
])('invalid rotary settings: %s', (expected, config) => {
  expect(message(config)).toBe(`lark: config field ${expected}`);
});

test('an entry for each kind of layer, and other values where a family has them', () => {
  const config = { rope_parameters: { full_attention: { rope_theta: 7 }, sliding_attention: { rope_theta: 5 } } };
  const of = (layerType: string) => rotaryFromConfig(new ConfigReader('lark', config), 64, { layerType });
  expect([of('full_attention'), of('sliding_attention')]).toEqual([{ base: 7 }, { base: 5 }]);
  const reader = new ConfigReader('lark', {});
  expect(rotaryFromConfig(reader, 64, { base: 5e5, fraction: 0.25 })).toEqual({ base: 5e5, fraction: 0.25 });
});
