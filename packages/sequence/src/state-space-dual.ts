import {
  type AnyLayer,
  bind,
  expectLayers,
  type Layer,
  type Linear,
  layer,
  linear,
  type VectorNeed,
  vector,
} from '@residual/layers';
import {
  add,
  exp,
  expectOptions,
  maximum,
  minimum,
  mul,
  ResidualError,
  reshape,
  stateSpaceDual as scanByHead,
  sliceAxis,
  softplus,
  type Tensor,
} from '@residual/tensor';
import { type AnyActivation, type CausalConvolution, causalConvolution } from './causal-convolution.js';
import type { GatedNorm } from './gated-norm.js';
import { logIntegers, stepBiases } from './initial-rates.js';
import { recur } from './recur.js';

/** Settings of `stateSpaceDual`. */
export interface StateSpaceDualOptions<Norm extends GatedNorm = GatedNorm> {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Number of heads, each with one rate of decay. */
  readonly heads: number;
  /** Width of a head; 2 · modelDim / heads if absent. */
  readonly headDim?: number;
  /** How many states each entry of a head has; 128 if absent. */
  readonly stateDim?: number;
  /** Number of groups of heads that share B and C; 1 if absent. */
  readonly groups?: number;
  /** How many positions the convolution sees; 4 if absent. */
  readonly kernelSize?: number;
  /** The activation after the convolution; `silu` if absent. */
  readonly activation?: AnyActivation;
  /** Whether `input` and `output` have biases; false if absent. */
  readonly bias?: boolean;
  /** Whether the convolution has a bias; true if absent. */
  readonly convolutionBias?: boolean;
  /** Bounds of the steps; none if absent. */
  readonly stepLimit?: readonly [least: number, most: number];
  /** Gates the output: { x, gate } [batch, length, heads · headDim] to the same, such as `gateThenNorm`. */
  readonly norm: Norm;
  /**
   * The map from modelDim to gate, value, B, C and steps, of width 2 · heads · headDim + 2 · groups · stateDim + heads;
   * a linear one if absent.
   */
  readonly input?: AnyLayer<Tensor, Tensor> | undefined;
}

/** The needs of `stateSpaceDual`. */
export type StateSpaceDualNeeds<Norm extends GatedNorm = GatedNorm> = {
  readonly input: Linear | AnyLayer<Tensor, Tensor>;
  readonly convolution: CausalConvolution;
  readonly norm: Norm;
  readonly output: Linear;
  readonly stepBias: VectorNeed;
  readonly logRates: VectorNeed;
  readonly skip: VectorNeed;
};

/** The layer of `stateSpaceDual`. */
export interface StateSpaceDual<Norm extends GatedNorm = GatedNorm>
  extends Layer<StateSpaceDualNeeds<Norm>, Tensor, Tensor> {}

/**
 * The state space of Mamba 2 (Dao and Gu 2024): x [batch, length, modelDim] to the same. `input` gives a gate, values,
 * B, C and steps; value, B and C are convolved; each head keeps a matrix that decays with exp(logRates). With
 * `recurrentStates` in the scope it continues after earlier steps. Taps: `step`, `scanned`.
 */
export function stateSpaceDual<Norm extends GatedNorm>(options: StateSpaceDualOptions<Norm>): StateSpaceDual<Norm> {
  const { dims, parts, leaves } = buildParts(options);
  const { heads, headDim, stateDim, groups, innerDim } = dims;
  const [least, most] = options.stepLimit ?? [0, Number.POSITIVE_INFINITY];
  return layer(
    { ...parts, ...leaves },
    (w, x: Tensor, scope) => {
      const [batch, length] = x.shape as [number, number];
      const { input, convolution, norm, output } = bind(parts, w, scope);
      const projected = input(x);
      const part = (values: Tensor, from: number, width: number) => sliceAxis(values, 2, from, width);
      const convolvedDim = innerDim + 2 * groups * stateDim;
      const convolved = convolution(part(projected, innerDim, convolvedDim));
      const perGroup = (from: number) =>
        reshape(part(convolved, from, groups * stateDim), [batch, length, groups, stateDim]);
      const values = reshape(part(convolved, 0, innerDim), [batch, length, heads, headDim]);
      const free = softplus(add(part(projected, innerDim + convolvedDim, heads), w.stepBias));
      const bounded = least > 0 ? maximum(free, least) : free;
      const inputs = {
        x: values,
        step: scope.tap('step', Number.isFinite(most) ? minimum(bounded, most) : bounded),
        rate: exp(w.logRates),
        input: perGroup(innerDim),
        output: perGroup(innerDim + groups * stateDim),
      };
      const scanned = scope.tap('scanned', recur(scanByHead, inputs, scope));
      const skipped = add(scanned, mul(values, reshape(w.skip, [heads, 1])));
      return output(norm({ x: reshape(skipped, [batch, length, innerDim]), gate: part(projected, 0, innerDim) }));
    },
    {
      name: 'stateSpaceDual',
      inDim: options.modelDim,
      outDim: options.modelDim,
      flops: () => 6 * innerDim * stateDim,
    },
  ) as unknown as StateSpaceDual<Norm>;
}

function buildParts(options: StateSpaceDualOptions) {
  expectOptions('stateSpaceDual', options, stateSpaceDualNames);
  const { modelDim, heads, stateDim = 128, groups = 1, kernelSize, activation = 'silu' } = options;
  const { bias = false, convolutionBias = true, norm, headDim = (2 * modelDim) / heads } = options;
  if (!(Number.isInteger(headDim) && heads % groups === 0))
    throw new ResidualError(
      'fit',
      `stateSpaceDual: ${heads} heads of width ${headDim} in ${groups} groups do not fit; the width is a whole ` +
        'number and the groups divide the heads',
    );
  const innerDim = heads * headDim;
  const convolvedDim = innerDim + 2 * groups * stateDim;
  const { input = linear({ in: modelDim, out: innerDim + convolvedDim + heads, bias }) } = options;
  expectLayers('stateSpaceDual', { norm, input });
  const parts: Pick<StateSpaceDualNeeds, 'input' | 'convolution' | 'norm' | 'output'> = {
    input,
    convolution: causalConvolution({ dim: convolvedDim, kernelSize, bias: convolutionBias, activation }),
    norm,
    output: linear({ in: innerDim, out: modelDim, bias, role: 'output' }),
  };
  const stepBias: VectorNeed = { ...vector([heads]), initializer: stepBiases(heads) };
  const logRates: VectorNeed = { ...vector([heads]), initializer: logIntegers(heads) };
  const leaves = { stepBias, logRates, skip: vector([heads], 1) };
  return { dims: { heads, headDim, stateDim, groups, innerDim }, parts, leaves };
}

const stateSpaceDualNames = {
  modelDim: 1,
  heads: 1,
  headDim: 0,
  stateDim: 0,
  groups: 0,
  kernelSize: 0,
  activation: 0,
  bias: 0,
  convolutionBias: 0,
  stepLimit: 0,
  norm: 1,
  input: 0,
} as const;
