import type { RotaryScaling } from '@residual/embeddings';
import type { ConfigReader } from './config.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Base and scaling of rotary positions as configs write them: `rope_theta` and `rope_scaling` in older files, `rope_parameters` in newer ones. A type or
 * field that is not understood is refused.
 */
export function rotaryFields(config: ConfigReader, positions: number): { base: number; scaling?: RotaryScaling } {
  const newer = record(config, 'rope_parameters');
  const older = record(config, 'rope_scaling');
  const fields: Fields = { ...older, ...newer };
  const number = (name: string, fallback?: number): number => {
    const value = fields[name] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : config.refuse(name, value, 'a number');
  };
  const base = typeof fields.rope_theta === 'number' ? fields.rope_theta : config.number('rope_theta', 10000);
  config.value('rope_theta');
  const type = String(fields.rope_type ?? fields.type ?? 'default');
  const originalPositions = number('original_max_position_embeddings', positions);
  refuseUnknown(config, fields, type);
  switch (type) {
    case 'default':
      return { base };
    case 'linear':
      return { base, scaling: { type, factor: number('factor') } };
    case 'dynamic':
      return { base, scaling: { type, factor: number('factor'), originalPositions } };
    case 'llama3':
      return {
        base,
        scaling: {
          type,
          factor: number('factor'),
          lowFrequencyFactor: number('low_freq_factor'),
          highFrequencyFactor: number('high_freq_factor'),
          originalPositions,
        },
      };
    case 'yarn':
      return { base, scaling: yarn(fields, number, originalPositions) };
    default:
      return config.refuse('rope_type', type, 'default, linear, dynamic, llama3 or yarn');
  }
}

function yarn(
  fields: Fields,
  number: (name: string, fallback?: number) => number,
  originalPositions: number,
): RotaryScaling {
  const factor = number('factor');
  const temperature = (mscale: number) => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  const both = fields.mscale && fields.mscale_all_dim;
  const attentionFactor = both ? temperature(number('mscale')) / temperature(number('mscale_all_dim')) : temperature(1);
  return {
    type: 'yarn',
    factor,
    originalPositions,
    betaFast: number('beta_fast', 32),
    betaSlow: number('beta_slow', 1),
    attentionFactor: number('attention_factor', attentionFactor),
    truncate: fields.truncate !== false,
  };
}

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  default: [],
  linear: ['factor'],
  dynamic: ['factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor'],
  yarn: ['factor', 'beta_fast', 'beta_slow', 'attention_factor', 'mscale', 'mscale_all_dim', 'truncate'],
};

function refuseUnknown(config: ConfigReader, fields: Fields, type: string): void {
  const known = ['rope_type', 'type', 'rope_theta', 'original_max_position_embeddings', ...(fieldsOf[type] ?? [])];
  for (const [name, value] of Object.entries(fields)) {
    const unscaled = name === 'partial_rotary_factor' && value === 1;
    if (known.includes(name) || value === null || unscaled || !fieldsOf[type]) continue;
    config.refuse(`rope_parameters.${name}`, value, `absent for rope_type ${type}`);
  }
}

function record(config: ConfigReader, name: string): Fields {
  const value = config.value(name) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  return config.refuse(name, value, 'an object');
}
