import { groupSize } from '@residual/number-formats';

/**
 * How a packed matrix stores its entries: `f16` and `bf16` in 16 bits each; `int8` and `int4` in 8 or 4 bits with a
 * float16 scale for each group of 32 entries of a row, the numbers of Q8_0 and Q4_0 in GGUF files.
 */
export type PackedForm = 'f16' | 'bf16' | 'int8' | 'int4';

/** How a matrix stores its entries: float32, or one of the packed forms. */
export type MatrixForm = 'f32' | PackedForm;

/** The entries that a word of 32 bits holds. */
const entriesPerWord: Readonly<Record<PackedForm, number>> = { f16: 2, bf16: 2, int8: 4, int4: 8 };

/** Whether a value is the name of a form. */
export function isPackedForm(value: unknown): value is PackedForm {
  return typeof value === 'string' && Object.hasOwn(entriesPerWord, value);
}

/** Whether the entries of a form share scales. */
export function hasScales(form: PackedForm): form is 'int8' | 'int4' {
  return form === 'int8' || form === 'int4';
}

/** The number of groups of 32 in a row; the last one may be padded. */
export const groupsOf = (width: number): number => Math.ceil(width / groupSize);

/** The number of 32-bit words of the entries of a row, padding included. */
export function quantWords(form: PackedForm, width: number): number {
  const entries = hasScales(form) ? groupsOf(width) * groupSize : width;
  return Math.ceil(entries / entriesPerWord[form]);
}

/** The number of 32-bit words of the scales of a row, two float16 in each; 0 without scales. */
export function scaleWords(form: PackedForm, width: number): number {
  return hasScales(form) ? Math.ceil(groupsOf(width) / 2) : 0;
}
