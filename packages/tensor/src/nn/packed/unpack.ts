import { add } from '../../ops/arithmetic.js';
import { range } from '../../ops/create.js';
import { hasOwnKernel, type Op, presentInputs, runOp } from '../../ops/op.js';
import { reshape } from '../../ops/shape.js';
import { type Tensor, tidy } from '../../tensor.js';
import type { PackedForm } from './forms.js';
import type { PackedMatrix } from './packed-matrix.js';

/** The inputs of `residual.unpack`. */
export type UnpackInputs = {
  /** int32 [out, words]. */
  readonly quants: Tensor;
  /** int32 [out, words]. */
  readonly scales?: Tensor;
  /** int32 [n]: which rows; all if absent. */
  readonly rows?: Tensor;
};

/** The attributes of `residual.unpack`: the form, and the width of a row. */
export type UnpackAttributes = { readonly form: PackedForm; readonly width: number };

/** There is no composition: no op of tfjs reads bits. Each backend has a kernel. */
const unpackOp: Op<UnpackInputs, UnpackAttributes> = { name: 'residual.unpack', gradient: 'none' };

/** Whether the active backend reads packed matrices. WebGL 1 does not, and backends without our kernels do not. */
export const canUnpack = (): boolean => hasOwnKernel(unpackOp);

/** The entries of a packed matrix as a new tensor [out, in], which the caller disposes. */
export function unpack({ quants, scales, form, shape }: PackedMatrix): Tensor {
  return unpackBits({ quants, scales }, form, shape[1]!);
}

/** The entries of the bits of a packed matrix of a form and a width: [out, in]. */
export function unpackBits(
  bits: { readonly quants: Tensor; readonly scales?: Tensor | undefined },
  form: PackedForm,
  width: number,
): Tensor {
  return runOp(unpackOp, presentInputs({ ...bits }) as UnpackInputs, { form, width });
}

/** The entries of `count` rows from a row on, of the bits of a packed matrix: [count, width]. */
export function unpackRowsFrom(
  bits: { readonly quants: Tensor; readonly scales?: Tensor | undefined },
  form: PackedForm,
  width: number,
  { first, count }: { readonly first: number; readonly count: number },
): Tensor {
  // By their ids: to slice the bits would round them on GPUs.
  return tidy(() => {
    const rows = add(range(count), first);
    return runOp(unpackOp, presentInputs({ ...bits, rows }) as UnpackInputs, { form, width });
  });
}

/** The rows of a packed matrix [rows, dim] at ids int32 [...]: [..., dim]. */
export function unpackRows({ quants, scales, form, shape }: PackedMatrix, ids: Tensor): Tensor {
  return tidy(() => {
    const inputs = presentInputs({ quants, scales, rows: reshape(ids, [ids.size]) }) as UnpackInputs;
    return reshape(runOp(unpackOp, inputs, { form, width: shape[1]! }), [...ids.shape, shape[1]!]);
  });
}
