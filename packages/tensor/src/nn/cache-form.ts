import { ResidualError, showValue } from '../errors.js';
import { quantWords, scaleWords } from './packed/forms.js';

/**
 * How a cache stores keys and values: as `f32`; in 16 bits each, `f16`; or in 8 bits with a float16 scale for each
 * group of 32 entries of a row, `int8`. These are the numbers of the `PackedForm` of the same name.
 */
export type CacheForm = 'f32' | PackedCacheForm;

/** A form of a cache in fewer than 32 bits. */
export type PackedCacheForm = 'f16' | 'int8';

/** The forms of a cache. */
export const cacheForms = ['f32', 'f16', 'int8'] as const;

/** Throws, in the name of `caller`, unless a value is the form of a cache. */
export function expectCacheForm(caller: string, form: unknown): asserts form is CacheForm {
  if (!cacheForms.some(known => known === form))
    throw new ResidualError('option', `${caller}: cache is ${showValue(form)}; f32, f16 or int8 would fit`);
}

/** The number of 32-bit words of a row of a cache, scales and padding included. */
export const rowWords = (form: PackedCacheForm, width: number): number =>
  quantWords(form, width) + scaleWords(form, width);
