import { type Op, runOp, type UnaryInputs } from '../../ops/op.js';
import type { Tensor } from '../../tensor.js';
import type { PackedCacheForm } from '../cache-form.js';

/** The attributes of `residual.pack`. */
export type PackAttributes = { readonly form: PackedCacheForm };

/** There is no composition: no op of tfjs writes bits. Each backend has a kernel. */
const packOp: Op<UnaryInputs, PackAttributes> = { name: 'residual.pack', gradient: 'none' };

/**
 * Rounds each row of x [..., width] to the nearest numbers of a form, on the device: int32 [..., words], each row with
 * its entries as in `PackedMatrix` and, for `int8`, its scales after them. It passes no gradient. A number that is not
 * finite, or too large for float16, makes the numbers that share its scale NaN, and infinite in `f16`.
 */
export function packRows(x: Tensor, form: PackedCacheForm): Tensor {
  return runOp(packOp, { x }, { form });
}
