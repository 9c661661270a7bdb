import { matMul } from '../../ops/mat-mul.js';
import { type Op, presentInputs, runOp } from '../../ops/op.js';
import { reshape } from '../../ops/shape.js';
import { sum } from '../../ops/sum.js';
import { type Tensor, tidy } from '../../tensor.js';
import { denseLinear, flattenRows } from '../dense-linear.js';
import type { PackedForm } from './forms.js';
import type { PackedMatrix } from './packed-matrix.js';
import { unpackBits } from './unpack.js';

/** The inputs of `residual.packedLinear`. */
export type PackedLinearInputs = {
  /** [..., in]. */
  readonly x: Tensor;
  /** int32 [out, words]. */
  readonly quants: Tensor;
  /** int32 [out, words]. */
  readonly scales?: Tensor;
  /** [out]. */
  readonly bias?: Tensor;
};

/** The attributes of `residual.packedLinear`. */
export type PackedLinearAttributes = { readonly form: PackedForm };

const packedLinearOp: Op<PackedLinearInputs, PackedLinearAttributes> = {
  name: 'residual.packedLinear',
  compose: ({ x, bias, ...bits }, { form }) =>
    tidy(() => denseLinear(x, unpackBits(bits, form, x.shape.at(-1)!), bias)),
  saves: ['quants', 'scales'],
  gradient: (dy, { saved: { quants, scales }, shapes, attributes: { form } }) => ({
    x: () =>
      tidy(() => {
        const weight = unpackBits({ quants, scales }, form, shapes.x.at(-1)!);
        return reshape(matMul(flattenRows(dy), weight), shapes.x);
      }),
    bias: () => sum(flattenRows(dy), { axis: 0 }),
  }),
};

/** x weightᵀ + bias with a packed weight, which gets no gradient: x [..., in], bias [out] to [..., out]. */
export function packedLinear(x: Tensor, { quants, scales, form }: PackedMatrix, bias: Tensor | undefined): Tensor {
  return runOp(packedLinearOp, presentInputs({ x, quants, scales, bias }) as PackedLinearInputs, { form });
}
