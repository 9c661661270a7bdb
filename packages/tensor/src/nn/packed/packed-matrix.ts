import {
  float32ToBfloat16,
  float32ToFloat16,
  groupSize,
  type Quantized,
  quantizeInt4,
  quantizeInt8,
} from '@residual/number-formats';
import { expectShape, ResidualError, showShape } from '../../errors.js';
import { ScratchMemory } from '../../scratch-memory.js';
import { dispose, type Matrix, type Tensor, tensor } from '../../tensor.js';
import { groupsOf, hasScales, isPackedForm, type PackedForm, quantWords, scaleWords } from './forms.js';

/** A matrix [out, in] whose entries are stored in fewer bits. `linear` and `embed` read it; `unpack` makes it dense. */
export interface PackedMatrix extends Matrix {
  readonly form: PackedForm;
  /**
   * The bits of the entries, row by row: int32 [out, words]. A word holds two entries of `f16` and `bf16` or four of
   * `int8`, the first in its low bits. Four words hold a group of `int4`: byte i has entry i in its low half and entry
   * 16 + i in its high half, each plus 8. Rows of `int8` and `int4` are padded with zeros to whole groups.
   */
  readonly quants: Tensor;
  /** The bits of the float16 scales of the groups of `int8` and `int4`, two in a word: int32 [out, words]. */
  readonly scales?: Tensor;
}

/** The bits of a packed matrix in memory, as `PackedMatrix` lays them out. */
export interface PackedBits {
  readonly quants: Int32Array;
  readonly scales?: Int32Array | undefined;
}

/** Whether a matrix is packed. */
export function isPacked(matrix: unknown): matrix is PackedMatrix {
  return typeof matrix === 'object' && matrix !== null && 'form' in matrix && 'quants' in matrix;
}

/**
 * A packed matrix [out, in] of some bits, which it uploads. The caller owns it. Errors if the number of words does not
 * fit the form and the shape.
 */
export function packedMatrix(form: PackedForm, shape: readonly [number, number], bits: PackedBits): PackedMatrix {
  expectForm('packedMatrix', form);
  const [out, width] = shape;
  const [words, scalesOfRow] = [quantWords(form, width), scaleWords(form, width)];
  const [got, needed] = [
    [bits.quants.length, bits.scales?.length ?? 0],
    [out * words, out * scalesOfRow],
  ];
  expectShape(
    got[0] === needed[0] && got[1] === needed[1],
    () =>
      `packedMatrix: ${got[0]} words of quants and ${got[1]} of scales do not fit ${form} ${showShape(shape)}, ` +
      `which has ${needed[0]} and ${needed[1]}`,
  );
  const quants = tensor(bits.quants, [out, words], 'int32');
  if (!bits.scales) return ownedMatrix({ form, shape: [...shape], quants });
  try {
    return ownedMatrix({ form, shape: [...shape], quants, scales: tensor(bits.scales, [out, scalesOfRow], 'int32') });
  } catch (error) {
    quants.dispose();
    throw error;
  }
}

/** A packed matrix of tensors that it owns. */
export function ownedMatrix(parts: Pick<PackedMatrix, 'form' | 'shape' | 'quants' | 'scales'>): PackedMatrix {
  return { ...parts, dtype: 'float32', dispose: () => dispose([parts.quants, parts.scales]) };
}

/**
 * Packs the values of a matrix [out, in], row-major: rounds each to the nearest entry of the form. The caller owns the
 * result. Errors with code `range` if a value is not finite or too large for the form.
 */
export function pack(values: Float32Array, shape: readonly [number, number], form: PackedForm): PackedMatrix {
  expectForm('pack', form);
  return packedMatrix(form, shape, packBits(values, shape, form));
}

/** The bits that `pack` makes, without a backend. With `scratch` they are valid until its next use. */
export function packBits(
  values: Float32Array,
  shape: readonly [number, number],
  form: PackedForm,
  scratch = new ScratchMemory(),
): PackedBits {
  const [out, width] = shape;
  expectShape(
    values.length === out * width,
    () => `pack: ${values.length} values do not fit ${showShape(shape)}, which holds ${out * width}`,
  );
  const words = quantWords(form, width);
  const { buffer } = scratch.bytes('quants', 4 * out * words);
  if (!hasScales(form)) {
    const convert = form === 'f16' ? float32ToFloat16 : float32ToBfloat16;
    return {
      quants: wordsOf(convert(paddedRows(values, shape, 2 * words), new Uint16Array(buffer, 0, 2 * out * words))),
    };
  }
  const padded = paddedRows(values, shape, groupsOf(width) * groupSize);
  const groups = out * groupsOf(width);
  const scales = new Uint16Array(scratch.bytes('scales', 2 * groups).buffer, 0, groups);
  const quantized =
    form === 'int8'
      ? quantizeInt8(padded, { quants: new Int8Array(buffer, 0, 4 * out * words), scales })
      : quantizeInt4(padded, { quants: new Uint8Array(buffer, 0, 4 * out * words), scales });
  return bitsOfGroups(quantized, out);
}

/** The bits of rows of whole groups: those of a file with `int8` or `int4`. */
export function bitsOfGroups({ quants, scales }: Quantized, out: number): PackedBits {
  const groups = out === 0 ? 0 : scales.length / out;
  if (groups % 2 === 0 && scales.byteOffset % 4 === 0) return { quants: wordsOf(quants), scales: wordsOf(scales) };
  const paddedScales = new Uint16Array(out * 2 * Math.ceil(groups / 2));
  for (let row = 0; row < out; row++)
    paddedScales.set(scales.subarray(row * groups, (row + 1) * groups), row * (paddedScales.length / out));
  return { quants: wordsOf(quants), scales: wordsOf(paddedScales) };
}

/** Rows [out, in] with zeros up to a width; the values themselves if they have it. */
function paddedRows(values: Float32Array, [out, width]: readonly [number, number], to: number): Float32Array {
  if (width === to) return values;
  const padded = new Float32Array(out * to);
  for (let row = 0; row < out; row++) padded.set(values.subarray(row * width, (row + 1) * width), row * to);
  return padded;
}

/** The bytes of an array as words. */
function wordsOf({ buffer, byteOffset, byteLength }: Int8Array | Uint8Array | Uint16Array): Int32Array {
  return new Int32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4);
}

/** Throws unless a form is a packed one. */
export function expectForm(caller: string, form: PackedForm): void {
  if (!isPackedForm(form))
    throw new ResidualError('option', `${caller}: form is ${JSON.stringify(form)}; f16, bf16, int8 or int4 would fit`);
}
