import type { Matrix } from '../tensor.js';
import { dense } from './matrix.js';
import { isPacked } from './packed/packed-matrix.js';
import { unpack } from './packed/unpack.js';

/** The entries of a dense or packed matrix, row-major. Errors as `dense` for low-rank parts that are not merged. */
export async function matrixValues(matrix: Matrix): Promise<Float32Array> {
  if (!isPacked(matrix)) return (await dense(matrix).data()) as Float32Array;
  const entries = unpack(matrix);
  try {
    return (await entries.data()) as Float32Array;
  } finally {
    entries.dispose();
  }
}
