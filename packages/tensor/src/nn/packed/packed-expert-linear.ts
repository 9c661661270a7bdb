import { matMul } from '../../ops/mat-mul.js';
import { type Op, presentInputs, runOp } from '../../ops/op.js';
import { reshape } from '../../ops/shape.js';
import type { Tensor } from '../../tensor.js';
import {
  biasGradient,
  type ExpertLinearAttributes,
  type ExpertLinearInputs,
  partOf,
  sumChoices,
  sumOverExperts,
} from '../dense-expert-linear.js';
import { denseLinear, flattenRows } from '../dense-linear.js';
import type { PackedForm } from './forms.js';
import type { PackedLinearAttributes, PackedLinearInputs } from './packed-linear.js';
import type { PackedMatrix } from './packed-matrix.js';
import { type UnpackAttributes, unpackRowsFrom } from './unpack.js';

/** The bits of the stacked matrices of experts. */
type ExpertBits = Pick<PackedLinearInputs, 'quants' | 'scales'>;

/** The inputs of `residual.packedExpertLinear`. */
export type PackedExpertLinearInputs = Omit<ExpertLinearInputs, 'weight'> & ExpertBits;

/** The attributes of `residual.packedExpertLinear`. */
export type PackedExpertLinearAttributes = PackedLinearAttributes & ExpertLinearAttributes;

/** The inputs of `residual.packedExpertLinearGradient`, the gradient of x for each choice: [tokens, k, in]. */
export type PackedExpertLinearGradientInputs = ExpertBits & {
  /** [tokens, k, out]. */
  readonly dy: Tensor;
  /** int32 [tokens, k]. */
  readonly chosen: Tensor;
};

/** The attributes of `residual.packedExpertLinearGradient`. */
export type PackedExpertLinearGradientAttributes = UnpackAttributes & ExpertLinearAttributes;

const gradientOp: Op<PackedExpertLinearGradientInputs, PackedExpertLinearGradientAttributes> = {
  name: 'residual.packedExpertLinearGradient',
  compose: ({ dy, chosen, ...bits }, { form, width, experts }) =>
    sumOverExperts(chosen, experts, expert => {
      const weight = unpackExpert(bits, form, width, experts, expert);
      return reshape(matMul(flattenRows(dy), weight), [...chosen.shape, width]);
    }),
};

const packedExpertLinearOp: Op<PackedExpertLinearInputs, PackedExpertLinearAttributes> = {
  name: 'residual.packedExpertLinear',
  compose: ({ x, chosen, bias, ...bits }, { form, experts }) =>
    sumOverExperts(chosen, experts, expert => {
      const weight = unpackExpert(bits, form, x.shape.at(-1)!, experts, expert);
      return denseLinear(x, weight, bias && partOf(bias, experts, expert));
    }),
  saves: ['quants', 'scales', 'chosen'],
  gradient: (dy, { saved: { quants, scales, chosen }, shapes, attributes: { form, experts } }) => ({
    x: () => {
      const inputs = presentInputs({ dy, quants, scales, chosen }) as PackedExpertLinearGradientInputs;
      const attributes = { form, width: shapes.x.at(-1)!, experts };
      return sumChoices(runOp(gradientOp, inputs, attributes), shapes.x);
    },
    bias: () => biasGradient(dy, chosen, experts),
  }),
};

/** y of `expertLinear` with packed matrices, which get no gradient; the shapes fit. */
export function packedExpertLinear(
  x: Tensor,
  { quants, scales, form }: PackedMatrix,
  chosen: Tensor,
  experts: number,
  bias: Tensor | undefined,
): Tensor {
  const inputs = presentInputs({ x, quants, scales, chosen, bias }) as PackedExpertLinearInputs;
  return runOp(packedExpertLinearOp, inputs, { form, experts });
}

/** The matrix of one expert: [out, width]. */
function unpackExpert(bits: ExpertBits, form: PackedForm, width: number, experts: number, expert: number): Tensor {
  const count = bits.quants.shape[0]! / experts;
  return unpackRowsFrom(bits, form, width, { first: expert * count, count });
}
