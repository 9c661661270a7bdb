import { type Rotary, type RotaryScaling, rotary } from '@residual/embeddings';
import { showValue } from '@residual/tensor';
import { ConfigReader } from './config.js';

type Fields = Readonly<Record<string, unknown>>;
type ReadNumber = (name: string, fallback?: number) => number;

/** What a config says about rotary positions. */
export interface RotarySettings {
  readonly base: number;
  readonly scaling?: RotaryScaling;
  /** The part of a head that is rotated, above 0 and at most 1; the whole head if absent. */
  readonly fraction?: number;
}

/** Where a config has settings of rotary positions, and what absent ones are. */
export interface RotaryFields {
  /** The entry of `rope_parameters`, where it has one for each kind of layer. */
  readonly layerType?: string;
  /** The base if the config has none; 10,000 if absent. */
  readonly base?: number;
  /** The part of a head that is rotated if the config does not say it; 1 if absent. */
  readonly fraction?: number;
  /** Fields that do not change the positions of a text. */
  readonly ignored?: readonly string[];
  /** Other names of types of scaling. */
  readonly types?: Readonly<Record<string, string>>;
}

/** What `rotaryOf` needs to know of the attention. */
export interface RotaryHeads extends RotaryFields {
  readonly headDim: number;
  readonly maxPositions: number;
  /** Whether pairs are neighbours; false if absent. */
  readonly interleaved?: boolean;
}

/** The rotary positions that a config describes. */
export function rotaryOf(config: ConfigReader, { headDim, maxPositions, interleaved, ...fields }: RotaryHeads): Rotary {
  const { base, scaling, fraction = 1 } = rotaryFromConfig(config, maxPositions, fields);
  const rotaryDim = Math.floor(headDim * fraction);
  return rotary({ headDim, rotaryDim, storedPositions: maxPositions, base, scaling, interleaved });
}

/**
 * Base and scaling of rotary positions from a config: from `rope_theta`, `rope_scaling` and `partial_rotary_factor`
 * (older) or `rope_parameters` (newer). `maxPositions` is `max_position_embeddings`, the default of the original
 * length. Errors on unknown types and fields.
 */
export function rotaryFromConfig(
  config: ConfigReader,
  maxPositions: number,
  { layerType, base: defaultBase = 10000, fraction: defaultFraction = 1, ignored = [], types = {} }: RotaryFields = {},
): RotarySettings {
  const fields = fieldsOf(config, layerType);
  const number: ReadNumber = (name, fallback) => {
    const value = fields[name] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : config.refuse(name, value, 'a number');
  };
  const base = number('rope_theta', config.number('rope_theta', defaultBase));
  const fraction = number('partial_rotary_factor', config.number('partial_rotary_factor', defaultFraction));
  if (!(fraction > 0 && fraction <= 1)) config.refuse('partial_rotary_factor', fraction, 'above 0 and at most 1');
  const named = fields.rope_type ?? fields.type ?? 'default';
  const isOther = typeof named === 'string' && Object.hasOwn(types, named);
  const [type, readers] = isOther ? [types[named], { ...scalings, ...otherScalings }] : [named, scalings];
  const reader = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!reader) return config.refuse('rope_type', type, Object.keys(scalings).join(', '));
  refuseUnknown(config, fields, type as string, [...reader.fields, ...ignored]);
  // A value at the top level takes precedence.
  const topLevelOriginal = config.value('original_max_position_embeddings');
  const originalMaxPositions =
    topLevelOriginal === undefined
      ? number('original_max_position_embeddings', maxPositions)
      : config.size('original_max_position_embeddings');
  const settings = reader.read({ config, fields, number, base, originalMaxPositions, maxPositions, fraction });
  return { base, ...settings, ...(fraction !== 1 && type !== 'proportional' && { fraction }) };
}

/**
 * What the scores of DeepSeek's attention are multiplied by: 1 / √width, times the square of YaRN's mscale if the
 * config has `mscale_all_dim`.
 */
export function latentScale(config: ConfigReader, width: number): number {
  const fields = fieldsOf(config, undefined);
  const { mscale_all_dim: mscale, factor } = fields;
  const isDefault = (fields.rope_type ?? fields.type ?? 'default') === 'default';
  if (isDefault || typeof mscale !== 'number' || typeof factor !== 'number' || factor <= 1) return width ** -0.5;
  return width ** -0.5 * (0.1 * mscale * Math.log(factor) + 1) ** 2;
}

/**
 * The config of the rotary positions of layers with a window. Older files have one `rope_theta`, for layers that see
 * all positions, and another name for that of the others. `family` is the name in error messages.
 */
export function localRotary(config: ConfigReader, family: string): ConfigReader {
  const base = config.number('rope_local_base_freq', 10000);
  return config.has('rope_parameters') ? config : new ConfigReader(family, { rope_theta: base });
}

/** What a kind of scaling is read from. */
interface ScalingFields {
  readonly config: ConfigReader;
  readonly fields: Fields;
  readonly number: ReadNumber;
  readonly base: number;
  readonly originalMaxPositions: number;
  readonly maxPositions: number;
  readonly fraction: number;
}

/** The fields of each type, in addition to those of all types, and how they are read. */
type ScalingReaders = Readonly<
  Record<
    string,
    { readonly fields: readonly string[]; readonly read: (from: ScalingFields) => Omit<RotarySettings, 'base'> }
  >
>;

const scalings: ScalingReaders = {
  default: { fields: [], read: () => ({}) },
  linear: { fields: ['factor'], read: ({ number }) => ({ scaling: { type: 'linear', factor: number('factor') } }) },
  dynamic: {
    fields: ['factor'],
    // Hugging Face transformers scales from max_position_embeddings alone.
    read: ({ number, maxPositions }) => ({
      scaling: { type: 'dynamic', factor: number('factor'), originalMaxPositions: maxPositions },
    }),
  },
  llama3: {
    fields: ['factor', 'low_freq_factor', 'high_freq_factor'],
    read: ({ number, originalMaxPositions }) => ({
      scaling: {
        type: 'llama3',
        factor: number('factor'),
        lowFrequencyFactor: number('low_freq_factor'),
        highFrequencyFactor: number('high_freq_factor'),
        originalMaxPositions,
      },
    }),
  },
  yarn: {
    fields: ['factor', 'beta_fast', 'beta_slow', 'attention_factor', 'mscale', 'mscale_all_dim', 'truncate'],
    read: from => ({ scaling: yarn(from) }),
  },
  longrope: { fields: ['factor', 'attention_factor', 'short_factor', 'long_factor'], read: longrope },
  proportional: {
    fields: ['factor'],
    read: ({ number, fraction }) => ({ scaling: { type: 'proportional', factor: number('factor', 1), fraction } }),
  },
};

/** Types that only some families have, by the names that they use in `types`. */
const otherScalings: ScalingReaders = {
  /** HunYuan's `dynamic`: a fixed base if there is an `alpha`. */
  alpha: {
    fields: ['factor', 'alpha', 'beta_fast', 'beta_slow', 'mscale', 'mscale_all_dim'],
    read: from => {
      const { fields, number } = from;
      return fields.alpha ? { scaling: { type: 'ntk', factor: number('alpha') } } : scalings.dynamic!.read(from);
    },
  },
};

function yarn({ fields, number, originalMaxPositions, maxPositions }: ScalingFields): RotaryScaling {
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

function longrope({ config, fields, number, originalMaxPositions, maxPositions }: ScalingFields) {
  const list = (name: string): readonly number[] => {
    const value = fields[name];
    const isList = Array.isArray(value) && value.every(each => typeof each === 'number' && each > 0);
    return isList ? value : config.refuse(name, value, 'a list of numbers above 0');
  };
  const factor = number('factor', maxPositions / originalMaxPositions);
  const attentionFactor = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(originalMaxPositions));
  const scaling: RotaryScaling = {
    type: 'longrope',
    shortFactors: list('short_factor'),
    longFactors: list('long_factor'),
    originalMaxPositions,
    attentionFactor: number('attention_factor', attentionFactor),
  };
  return { scaling };
}

const sharedFields: readonly string[] = [
  'rope_type',
  'type',
  'rope_theta',
  'partial_rotary_factor',
  'original_max_position_embeddings',
];

function refuseUnknown(config: ConfigReader, fields: Fields, type: string, allowed: readonly string[]): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || allowed.includes(name) || sharedFields.includes(name)) continue;
    config.refuse(`rope_parameters.${name}`, value, `absent for rope_type ${type}`);
  }
}

/** The older or the newer object; both may be present if they are equal. */
function fieldsOf(config: ConfigReader, layerType: string | undefined): Fields {
  const [older, all] = [objectField(config, 'rope_scaling'), objectField(config, 'rope_parameters')];
  const newer = layerType !== undefined && isObject(all[layerType]) ? (all[layerType] as Fields) : all;
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
  return isObject(value) ? (value as Fields) : config.refuse(name, value, 'an object');
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
