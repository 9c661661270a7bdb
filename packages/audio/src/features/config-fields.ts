import { firstFew, ResidualError, showValue } from '@residual/base';

/** What a field of a config may be: a number in a range, a boolean, or one of some values. */
export type ConfigField =
  | { readonly default: number; readonly min: number; readonly max: number; readonly whole?: boolean }
  | { readonly default: boolean }
  | { readonly values: readonly unknown[] };

type Value<Field> = Field extends { readonly default: number }
  ? number
  : Field extends { readonly default: boolean }
    ? boolean
    : never;

/** The fields that hold a number or a boolean, with its type. */
export type ConfigValues<Fields> = { readonly [Name in keyof Fields]: Value<Fields[Name]> };

/** Fields of every config, which change no number for one recording. */
const ignored = [
  'feature_extractor_type',
  'image_processor_type',
  'processor_class',
  'tokenizer_class',
  'auto_map',
  'transformers_version',
  '_commit_hash',
  '_processor_class',
  'return_attention_mask',
  'return_tensors',
];

/**
 * The values of a config, with their defaults. A field that is not in the table, or a value that does not fit, is an
 * error of code `config`: it would change the numbers. `unused` names fields that the reference does not read either.
 */
export function configValues<const Fields extends Readonly<Record<string, ConfigField>>>(
  config: Readonly<Record<string, unknown>>,
  fields: Fields,
  unused: readonly string[] = [],
): ConfigValues<Fields> {
  const unknown = Object.keys(config).filter(
    name => !Object.hasOwn(fields, name) && !ignored.includes(name) && !unused.includes(name),
  );
  if (unknown.length > 0) refuse(`${firstFew(unknown)} of the config are unknown; they could change the features`);
  const values = Object.entries<ConfigField>(fields).map(([name, field]) => [
    name,
    fieldValue(name, field, config[name]),
  ]);
  return Object.fromEntries(values) as ConfigValues<Fields>;
}

function fieldValue(name: string, field: ConfigField, value: unknown): unknown {
  if ('values' in field) {
    if (value === undefined || field.values.includes(value)) return value;
    return refuse(`${name} is ${showValue(value)}; ${field.values.map(showValue).join(' or ')} would fit`);
  }
  const given = value ?? field.default;
  if (!('min' in field)) {
    if (typeof given !== 'boolean') refuse(`${name} is ${showValue(given)}; true or false would fit`);
    return given;
  }
  const { min, max, whole = true } = field;
  const fits = typeof given === 'number' && given >= min && given <= max && (!whole || Number.isInteger(given));
  if (!fits) refuse(`${name} is ${showValue(given)}; a ${whole ? 'whole ' : ''}number from ${min} to ${max} would fit`);
  return given;
}

/** Throws that a config does not fit. */
export function refuse(what: string): never {
  throw new ResidualError('config', `audioFeatures: ${what}`);
}
