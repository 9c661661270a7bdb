import { type AnyLayer, bind, expectLayers, type Layer, layer, type VectorNeed, vector } from '@residual/layers';
import {
  expectInteger,
  expectOptions,
  gated,
  mul,
  ResidualError,
  reshape,
  rmsNorm,
  type Tensor,
} from '@residual/tensor';

/** A tensor and what gates it, both [..., dim]. */
export interface GatedInput {
  readonly x: Tensor;
  readonly gate: Tensor;
}

/** Gates the output of a recurrence: `gateThenNorm`, `normThenGate`, or a layer of your own. */
export type GatedNorm = AnyLayer<GatedInput, Tensor>;

/** The parts of `gateThenNorm` and `normThenGate`. */
export interface GatedNormParts<Norm extends AnyLayer<Tensor, Tensor> | undefined> {
  /** The norm; none if absent. */
  readonly norm?: Norm;
}

/** The layer of `gateThenNorm` and `normThenGate`. */
export interface GatedNormLayer<Norm extends AnyLayer<Tensor, Tensor> | undefined>
  extends Layer<{ readonly norm: Norm }, GatedInput, Tensor> {}

/** norm(x · silu(gate)), as in Mamba 2: { x, gate } [..., dim] to [..., dim]. */
export function gateThenNorm<Norm extends AnyLayer<Tensor, Tensor> | undefined = undefined>(
  parts: GatedNormParts<Norm>,
): GatedNormLayer<Norm> {
  return gatedNorm('gateThenNorm', parts, ({ x, gate }, norm) => norm(gated(gate, x, 'silu')));
}

/** norm(x) · silu(gate), as in Qwen3-Next: { x, gate } [..., dim] to [..., dim]. */
export function normThenGate<Norm extends AnyLayer<Tensor, Tensor> | undefined = undefined>(
  parts: GatedNormParts<Norm>,
): GatedNormLayer<Norm> {
  return gatedNorm('normThenGate', parts, ({ x, gate }, norm) => gated(gate, norm(x), 'silu'));
}

function gatedNorm<Norm extends AnyLayer<Tensor, Tensor> | undefined>(
  name: string,
  parts: GatedNormParts<Norm>,
  formula: (input: GatedInput, norm: (x: Tensor) => Tensor) => Tensor,
): GatedNormLayer<Norm> {
  expectOptions(name, parts, { norm: 0 });
  const { norm } = parts;
  expectLayers(name, { norm });
  const needs: { readonly norm: AnyLayer<Tensor, Tensor> | undefined } = { norm };
  const { inDim, outDim } = norm?.about ?? {};
  return layer(needs, (w, input: GatedInput, scope) => formula(input, bind(needs, w, scope).norm), {
    name,
    ...(inDim && { inDim }),
    ...(outDim && { outDim }),
  }) as unknown as GatedNormLayer<Norm>;
}

/** Settings of `groupedRmsNorm`. */
export interface GroupedRmsNormOptions {
  /** Width of the last axis. */
  readonly dim: number;
  /** Number of groups, each with its own mean square. */
  readonly groups: number;
  /** Added under the root; 1e-6 if absent. */
  readonly epsilon?: number;
}

/** The layer of `groupedRmsNorm`, with weight [dim]. */
export interface GroupedRmsNorm extends Layer<{ readonly weight: VectorNeed }, Tensor, Tensor> {}

/** An RMS norm of each of some equal parts of the last axis: [..., dim] to the same. */
export function groupedRmsNorm(options: GroupedRmsNormOptions): GroupedRmsNorm {
  expectOptions('groupedRmsNorm', options, { dim: 1, groups: 1, epsilon: 0 });
  const { dim, groups, epsilon = 1e-6 } = options;
  expectInteger('groupedRmsNorm', 'groups', groups, { min: 1 });
  if (dim % groups !== 0)
    throw new ResidualError('fit', `groupedRmsNorm: dim ${dim} does not split into ${groups} groups`);
  return layer(
    { weight: vector([dim], 1) },
    (w, x: Tensor) => {
      const normed = rmsNorm(reshape(x, [-1, groups, dim / groups]), undefined, epsilon);
      return mul(reshape(normed, x.shape), w.weight);
    },
    { name: 'groupedRmsNorm', inDim: dim, outDim: dim },
  );
}
