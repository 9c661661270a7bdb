import { matMul } from '../../ops/mat-mul.js';
import { type Op, presentInputs, runOp } from '../../ops/op.js';
import { reshape } from '../../ops/shape.js';
import { sum } from '../../ops/sum.js';
import { type Tensor, tidy } from '../../tensor.js';
import { denseLinear, flattenRows } from '../dense-linear.js';
import type { PackedForm } from './forms.js';
import type { PackedMatrix } from './packed-matrix.js';
import { type UnpackAttributes, unpackBits } from './unpack.js';

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

/** The inputs of `residual.packedLinearGradient`. */
export type PackedLinearGradientInputs = {
  /** [..., out]. */
  readonly dy: Tensor;
  /** int32 [out, words]. */
  readonly quants: Tensor;
  /** int32 [out, words]. */
  readonly scales?: Tensor;
};

/** dy weight, the gradient of x: [..., in]. */
const gradientOp: Op<PackedLinearGradientInputs, UnpackAttributes> = {
  name: 'residual.packedLinearGradient',
  compose: ({ dy, ...bits }, { form, width }) => {
    const dx = matMul(flattenRows(dy), unpackBits(bits, form, width));
    return reshape(dx, [...dy.shape.slice(0, -1), width]);
  },
};

const packedLinearOp: Op<PackedLinearInputs, PackedLinearAttributes> = {
  name: 'residual.packedLinear',
  compose: ({ x, bias, ...bits }, { form }) =>
    tidy(() => denseLinear(x, unpackBits(bits, form, x.shape.at(-1)!), bias)),
  saves: ['quants', 'scales'],
  gradient: (dy, { saved: { quants, scales }, shapes, attributes: { form } }) => ({
    x: () =>
      runOp(gradientOp, presentInputs({ dy, quants, scales }) as PackedLinearGradientInputs, {
        form,
        width: shapes.x.at(-1)!,
      }),
    bias: () => sum(flattenRows(dy), { axis: 0 }),
  }),
};

/** x weightᵀ + bias with a packed weight, which gets no gradient: x [..., in], bias [out] to [..., out]. */
export function packedLinear(x: Tensor, { quants, scales, form }: PackedMatrix, bias: Tensor | undefined): Tensor {
  return runOp(packedLinearOp, presentInputs({ x, quants, scales, bias }) as PackedLinearInputs, { form });
}
