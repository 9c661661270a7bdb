import { expectInteger, expectValue, firstFew, ResidualError } from '@residual/base';
import { type Resample, resamples } from '../resize/filters.js';

const caller = 'imageProcessor';

/** The largest side or number of patches that a config may ask for. */
const maxCount = 4096;

/** A preprocessor config as parsed JSON. */
export type ConfigFields = Readonly<Record<string, unknown>>;

/** Fields that have no influence on pixel values. */
const silentFields: readonly string[] = [
  'image_processor_type',
  'feature_extractor_type',
  'processor_class',
  'auto_map',
  '_valid_processor_keys',
  'do_reduce_labels', // of segmentation maps
  'reduce_labels',
  'input_data_format', // a RawImage has one order
  'return_tensors',
  'device',
  'disable_grouping',
  'image_seq_length',
  'use_fast',
];

/** Throws, with the code `config`, if a config has a field that is not understood. */
export function expectKnownFields(config: ConfigFields, known: Iterable<string>): void {
  const names = new Set(known);
  const unknown = Object.keys(config).filter(
    name => !names.has(name) && !silentFields.includes(name) && config[name] !== null && config[name] !== false,
  );
  if (unknown.length > 0)
    throw new ResidualError(
      'config',
      `${caller}: ${firstFew(unknown)} ${unknown.length > 1 ? 'are' : 'is'} not understood and may change pixel ` +
        `values; fields are ${[...names].join(', ')}`,
    );
}

/** A field; undefined where it is absent or null, which both mean the default of the class. */
export function fieldOf(config: ConfigFields, name: string): unknown {
  return Object.hasOwn(config, name) ? (config[name] ?? undefined) : undefined;
}

/** A field that is true or false. */
export function booleanOf(config: ConfigFields, name: string, otherwise: boolean): boolean {
  const value = fieldOf(config, name) ?? otherwise;
  expectValue(typeof value === 'boolean', caller, name, value, 'true or false', 'config');
  return value;
}

/** A field that is a finite number other than 0. */
export function numberOf(config: ConfigFields, name: string, otherwise: number): number {
  const value = fieldOf(config, name) ?? otherwise;
  const fits = typeof value === 'number' && Number.isFinite(value) && value !== 0;
  expectValue(fits, caller, name, value, 'a number except 0', 'config');
  return value;
}

/** A field that is a whole number of pixels or patches. */
export function countOf(config: ConfigFields, name: string, otherwise: number): number {
  const value = fieldOf(config, name) ?? otherwise;
  expectInteger(caller, name, value, { min: 1, max: maxCount, code: 'config' });
  return value;
}

/** A field of a number for each colour, or one for all. */
export function coloursOf(config: ConfigFields, name: string, otherwise: readonly number[]): readonly number[] {
  const value = fieldOf(config, name) ?? otherwise;
  const list: unknown[] = Array.isArray(value) ? value : [value, value, value];
  const isNumber = (x: unknown): x is number =>
    typeof x === 'number' && Number.isFinite(x) && (name !== 'image_std' || Math.fround(x) !== 0);
  const need = `three numbers${name === 'image_std' ? ' except 0' : ''}, or one`;
  expectValue(list.length === 3 && list.every(isNumber), caller, name, value, need, 'config');
  return list.filter(isNumber);
}

/** The field `resample`, a number of Pillow. */
export function resampleOf(config: ConfigFields, otherwise: Resample): Resample {
  const value = fieldOf(config, 'resample');
  if (value === undefined) return otherwise;
  const names = resamples.map((name, number) => `${number} (${name})`).join(', ');
  const resample = typeof value === 'number' ? resamples[value] : undefined;
  expectValue(resample !== undefined, caller, 'resample', value, `one of ${names}`, 'config');
  return resample;
}

/** The members of a size: the numbers of an object, or one number under the names of both sides or the shorter one. */
export function sizeMembers(name: string, value: unknown, isSquare: boolean): Readonly<Record<string, number>> {
  const fail = () =>
    expectValue(
      false,
      caller,
      name,
      value,
      `a number, [height, width], or an object of height and width${
        name === 'size' ? ', of shortest_edge, of both edges, or of max_height and max_width' : ''
      }`,
      'config',
    );
  const isPair = Array.isArray(value) && value.length === 2;
  if (typeof value === 'number') return sizeMembers(name, isSquare ? [value, value] : { shortest_edge: value }, true);
  if (isPair) return sizeMembers(name, { height: value[0], width: value[1] }, true);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail();
  const members = Object.entries(value as object).filter(([, number]) => number !== null);
  const known = ['height', 'width', 'shortest_edge', 'longest_edge', 'max_height', 'max_width'];
  if (members.length > 2 || members.some(([member]) => !known.includes(member))) fail();
  for (const [member, number] of members)
    expectInteger(caller, `${name}.${member}`, number, { min: 1, max: maxCount, code: 'config' });
  const all = members.map(([member]) => member).sort();
  const sets = ['height,width', ...(name === 'size' ? ['shortest_edge', 'longest_edge,shortest_edge'] : [])];
  if (name === 'size') sets.push('max_height,max_width');
  if (!sets.includes(all.join())) fail();
  return Object.fromEntries(members);
}
