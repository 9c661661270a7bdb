import { type PackedForm, quantWords, scaleWords } from './forms.js';

/** Bytes in memory of a matrix [out, in] in a form, padding and scales included. */
export function byteSizeOf(form: 'f32' | PackedForm, [out, width]: readonly [number, number]): number {
  return 4 * out * (form === 'f32' ? width : quantWords(form, width) + scaleWords(form, width));
}
