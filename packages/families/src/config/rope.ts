import type { RotaryScaling } from '@residual/embeddings';
import { showValue } from '@residual/tensor';
import type { ConfigReader } from './config.js';

type Fields = Readonly<Record<string, unknown>>;
type ReadNumber = (name: string, fallback?: number) => number;

/**
 * Base and scaling of rotary positions from a config: from `rope_theta` and `rope_scaling` (older) or `rope_parameters`
 * (newer). `maxPositions` is `max_position_embeddings`, the default of the original length. Errors on unknown types and
 * fields.
 */
export function rotaryFromConfig(
  config: ConfigReader,
  maxPositions: number,
): { base: number; scaling?: RotaryScaling } {
  const fields = fieldsOf(config);
  const number: ReadNumber = (name, fallback) => {
    const value = fields[name] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : config.refuse(name, value, 'a number');
  };
  const base = number('rope_theta', config.number('rope_theta', 10000));
  const type = fields.rope_type ?? fields.type ?? 'default';
  if (typeof type !== 'string') return config.refuse('rope_type', type, Object.keys(fieldsByType).join(', '));
  refuseUnknown(config, fields, type);
  // A value at the top level takes precedence.
  const topLevelOriginal = config.value('original_max_position_embeddings');
  const originalMaxPositions =
    topLevelOriginal === undefined
      ? number('original_max_position_embeddings', maxPositions)
      : config.size('original_max_position_embeddings');
  switch (type) {
    case 'default':
      return { base };
    case 'linear':
      return { base, scaling: { type, factor: number('factor') } };
    case 'dynamic':
      // Hugging Face transformers scales from max_position_embeddings alone.
      return { base, scaling: { type, factor: number('factor'), originalMaxPositions: maxPositions } };
    case 'llama3':
      return {
        base,
        scaling: {
          type,
          factor: number('factor'),
          lowFrequencyFactor: number('low_freq_factor'),
          highFrequencyFactor: number('high_freq_factor'),
          originalMaxPositions,
        },
      };
    case 'yarn':
      return { base, scaling: yarn(fields, number, originalMaxPositions, maxPositions) };
    default:
      return config.refuse('rope_type', type, Object.keys(fieldsByType).join(', '));
  }
}

function yarn(fields: Fields, number: ReadNumber, originalMaxPositions: number, maxPositions: number): RotaryScaling {
  const factor = number('factor', maxPositions / originalMaxPositions);
  const attentionFactorOf = (mscale: number) => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  const hasMscales = fields.mscale && fields.mscale_all_dim;
  const attentionFactor = hasMscales
    ? attentionFactorOf(number('mscale')) / attentionFactorOf(number('mscale_all_dim'))
    : attentionFactorOf(1);
  return {
    type: 'yarn',
    factor,
    originalMaxPositions,
    betaFast: number('beta_fast', 32) || 32,
    betaSlow: number('beta_slow', 1) || 1,
    attentionFactor: number('attention_factor', attentionFactor),
    truncate: fields.truncate === undefined || fields.truncate === true,
  };
}

/** The fields of each type, in addition to those of all types. */
const fieldsByType: Readonly<Record<string, readonly string[]>> = {
  default: [],
  linear: ['factor'],
  dynamic: ['factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor'],
  yarn: ['factor', 'beta_fast', 'beta_slow', 'attention_factor', 'mscale', 'mscale_all_dim', 'truncate'],
};

const sharedFields: readonly string[] = ['rope_type', 'type', 'rope_theta', 'original_max_position_embeddings'];

function refuseUnknown(config: ConfigReader, fields: Fields, type: string): void {
  const allowed = Object.hasOwn(fieldsByType, type) ? fieldsByType[type] : undefined;
  if (allowed === undefined) return;
  for (const [name, value] of Object.entries(fields)) {
    const unscaled = name === 'partial_rotary_factor' && value === 1;
    if (unscaled || value === null || allowed.includes(name) || sharedFields.includes(name)) continue;
    config.refuse(`rope_parameters.${name}`, value, `absent for rope_type ${type}`);
  }
}

/** The older or the newer object; both may be present if they are equal. */
function fieldsOf(config: ConfigReader): Fields {
  config.expectValue('partial_rotary_factor', 1);
  const [older, newer] = [objectField(config, 'rope_scaling'), objectField(config, 'rope_parameters')];
  if (Object.keys(older).length === 0) return newer;
  if (Object.keys(newer).length > 0 && textOf(older) !== textOf(newer)) {
    config.refuse('rope_scaling', older, `absent or what rope_parameters is, ${showValue(newer)}`);
  }
  return older;
}

function textOf(fields: Fields): string {
  const texts = Object.entries(fields).map(([name, value]) => `${name}: ${showValue(value)}`);
  return texts.sort().join();
}

function objectField(config: ConfigReader, name: string): Fields {
  const value = config.value(name) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  return config.refuse(name, value, 'an object');
}
