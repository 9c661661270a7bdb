import { PendingTensor } from '../../backend/pending-tensor.js';
import { expectShape, ResidualError, showShape } from '../../errors.js';
import { ScratchMemory } from '../../scratch-memory.js';
import { sizeOf } from '../../shape.js';
import { dispose, type Matrix, type Tensor } from '../../tensor.js';
import { hasScales, type MatrixForm, type PackedForm, quantWords, scaleWords } from './forms.js';
import { expectForm, ownedMatrix, type PackedBits, packBits } from './packed-matrix.js';

/** A block of a weight: rows from `row` on, and in each of them `width` entries from `column` on. */
export interface WeightBlock {
  readonly row: number;
  /** A multiple of `blockAlignment`; 0 if absent. */
  readonly column?: number;
  /** A multiple of `blockAlignment`, or all entries up to the end of the row; whole rows if absent. */
  readonly width?: number;
}

/** Columns of blocks begin at multiples of this, so that blocks of every form are whole words. */
export const blockAlignment = 64;

/**
 * Fills a weight in pieces, in the memory where it stays, so that no second copy of it exists. Blocks may come in any
 * order, each entry once. The owner calls `finish` or `dispose`.
 */
export interface WeightWriter {
  /** Writes the entries of a block, row-major, and packs them if the form is packed. Errors as `pack`. */
  write(values: Float32Array, block: WeightBlock): void;
  /** Writes the bits of a block in the form of the weight, laid out as in a matrix [rows, width] of that form. */
  writeBits(bits: PackedBits, block: WeightBlock): void;
  /** The weight, which the caller owns: a tensor, or a packed matrix. Errors if entries were not written. */
  finish(): Matrix;
  /** Frees what was written. */
  dispose(): void;
}

/**
 * A writer of a weight of a shape: a float32 tensor, or a matrix [out, in] in a packed form. `scratch` may be shared by
 * writers that take turns. Errors if the backend has no memory for it.
 */
export function weightWriter(
  shape: readonly number[],
  form: MatrixForm = 'f32',
  scratch = new ScratchMemory(),
): WeightWriter {
  return form === 'f32' ? denseWriter(shape) : packedWriter(shape as readonly [number, number], form, scratch);
}

function denseWriter(shape: readonly number[]): WeightWriter {
  const tensor = new PendingTensor(shape, 'float32');
  return {
    write: (values, block) => {
      const { row, column, width } = expectBlock(shape, block, values.length);
      tensor.write(new Int32Array(values.buffer, values.byteOffset, values.length), row, column, width);
    },
    writeBits: () => {
      throw new ResidualError('option', 'writeBits: the weight is float32; packed forms have bits');
    },
    finish: () => tensor.finish(),
    dispose: () => tensor.dispose(),
  };
}

function packedWriter(shape: readonly [number, number], form: PackedForm, scratch: ScratchMemory): WeightWriter {
  expectForm('weightWriter', form);
  const [out, inDim] = shape;
  const quants = new PendingTensor([out, quantWords(form, inDim)], 'int32');
  const parts = [{ name: 'quants', tensor: quants, wordsOf: quantWords }] as {
    readonly name: 'quants' | 'scales';
    readonly tensor: PendingTensor;
    readonly wordsOf: typeof quantWords;
  }[];
  const disposeParts = () => {
    for (const { tensor } of parts) tensor.dispose();
  };
  try {
    if (hasScales(form)) {
      const tensor = new PendingTensor([out, scaleWords(form, inDim)], 'int32');
      parts.push({ name: 'scales', tensor, wordsOf: scaleWords });
    }
  } catch (error) {
    disposeParts();
    throw error;
  }
  const writeBits: WeightWriter['writeBits'] = (bits, block) => {
    const size = bits.quants.length / quantWords(form, block.width ?? inDim);
    const { row, column, width } = expectBlock(shape, block, size * (block.width ?? inDim));
    for (const { name, tensor, wordsOf } of parts)
      tensor.write(bits[name]!, row, wordsOf(form, column), wordsOf(form, width));
  };
  return {
    write: (values, block) => {
      const { row, column, width } = expectBlock(shape, block, values.length);
      if (hasScales(form)) {
        const at = [row, quantWords(form, column), scaleWords(form, column)] as const;
        if (quants.pack({ form, values, width }, parts[1]!.tensor, at)) return;
      }
      writeBits(packBits(values, [values.length / width, width], form, scratch), block);
    },
    writeBits,
    finish: () => {
      const finished: Tensor[] = [];
      try {
        for (const { tensor } of parts) finished.push(tensor.finish());
      } catch (error) {
        dispose(finished);
        for (const { tensor } of parts.slice(finished.length)) tensor.dispose();
        throw error;
      }
      const [quants, scales] = finished as [Tensor, Tensor?];
      return ownedMatrix({ form, shape: [...shape], quants, ...(scales && { scales }) });
    },
    dispose: disposeParts,
  };
}

/** The block with its defaults. Errors unless it is inside the shape, aligned, and of this number of entries. */
function expectBlock(shape: readonly number[], block: WeightBlock, count: number): Required<WeightBlock> {
  const [rows = 1, rowSize] = [shape[0], sizeOf(shape.slice(1))];
  const { row, column = 0, width = rowSize - column } = block;
  const isAligned = (end: number) => end % blockAlignment === 0 || end === rowSize;
  const height = width === 0 ? 0 : count / width;
  const fits =
    [row, column, width, height].every(value => Number.isInteger(value) && value >= 0) &&
    row + height <= rows &&
    column + width <= rowSize &&
    (column === 0 || isAligned(column)) &&
    isAligned(column + width);
  expectShape(
    fits,
    () =>
      `weightWriter: a block of ${count} entries at row ${row}, column ${column}, of width ${width} does not fit ` +
      `${showShape(shape)}; columns begin at multiples of ${blockAlignment}`,
  );
  return { row, column, width };
}
