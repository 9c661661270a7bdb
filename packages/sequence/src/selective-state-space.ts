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
  gated,
  mul,
  selectiveScan,
  sliceAxis,
  softplus,
  split,
  type Tensor,
} from '@residual/tensor';
import { type AnyActivation, type CausalConvolution, causalConvolution } from './causal-convolution.js';
import { logIntegers, stepBiases } from './initial-rates.js';
import { recur } from './recur.js';

/** A norm, or any other layer of one width. */
type TensorLayer = AnyLayer<Tensor, Tensor>;

/** Settings of `selectiveStateSpace`. */
export interface SelectiveStateSpaceOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Width inside; 2 · modelDim if absent. */
  readonly innerDim?: number;
  /** How many states each entry has; 16 if absent. */
  readonly stateDim?: number;
  /** Width of what the steps are computed from; modelDim / 16, rounded up, if absent. */
  readonly stepRank?: number;
  /** How many positions the convolution sees; 4 if absent. */
  readonly kernelSize?: number;
  /** The activation after the convolution; `silu` if absent. */
  readonly activation?: AnyActivation;
  /** Whether `input` and `output` have biases; false if absent. */
  readonly bias?: boolean;
  /** Whether the convolution has a bias; true if absent. */
  readonly convolutionBias?: boolean;
  /** A norm on what steps are computed from, as in Jamba and Falcon Mamba; none if absent. */
  readonly stepNorm?: TensorLayer | undefined;
  /** A norm on B, how values enter the states; none if absent. */
  readonly inputNorm?: TensorLayer | undefined;
  /** A norm on C, how the output is read from the states; none if absent. */
  readonly outputNorm?: TensorLayer | undefined;
}

/** The needs of `selectiveStateSpace`. */
export type SelectiveStateSpaceNeeds = {
  readonly input: Linear;
  readonly convolution: CausalConvolution;
  readonly parameters: Linear;
  readonly stepNorm: TensorLayer | undefined;
  readonly inputNorm: TensorLayer | undefined;
  readonly outputNorm: TensorLayer | undefined;
  readonly step: Linear;
  readonly stepBias: VectorNeed;
  readonly logRates: VectorNeed;
  readonly skip: VectorNeed;
  readonly output: Linear;
};

/** The layer of `selectiveStateSpace`. */
export interface SelectiveStateSpace extends Layer<SelectiveStateSpaceNeeds, Tensor, Tensor> {}

/**
 * The selective state space of Mamba (Gu and Dao 2023): x [batch, length, modelDim] to the same. `input` gives a value
 * and a gate; the convolved value gives steps, B and C by `parameters`; `selectiveScan` reads it into states that decay
 * with exp(logRates). With `recurrentStates` in the scope it continues after earlier steps. Taps: `step`, `scanned`.
 */
export function selectiveStateSpace(options: SelectiveStateSpaceOptions): SelectiveStateSpace {
  expectOptions('selectiveStateSpace', options, selectiveStateSpaceNames);
  const { modelDim, innerDim = 2 * modelDim, stateDim = 16, stepRank = Math.ceil(modelDim / 16) } = options;
  const { kernelSize, activation = 'silu', bias = false, convolutionBias = true } = options;
  const { stepNorm, inputNorm, outputNorm } = options;
  expectLayers('selectiveStateSpace', { stepNorm, inputNorm, outputNorm });
  const parts = {
    input: linear({ in: modelDim, out: 2 * innerDim, bias }),
    convolution: causalConvolution({ dim: innerDim, kernelSize, bias: convolutionBias, activation }),
    parameters: linear({ in: innerDim, out: stepRank + 2 * stateDim, bias: false }),
    ...{ stepNorm, inputNorm, outputNorm },
    step: linear({ in: stepRank, out: innerDim, bias: false, std: stepRank ** -0.5 }),
    output: linear({ in: innerDim, out: modelDim, bias, role: 'output' }),
  };
  const stepBias: VectorNeed = { ...vector([innerDim]), initializer: stepBiases(innerDim) };
  const logRates: VectorNeed = { ...vector([innerDim, stateDim]), initializer: logIntegers(stateDim, innerDim) };
  return layer(
    { ...parts, stepBias, logRates, skip: vector([innerDim], 1) },
    (w, x: Tensor, scope) => {
      const { input, convolution, parameters, stepNorm, inputNorm, outputNorm, step, output } = bind(parts, w, scope);
      const [value, gate] = split(input(x), 2) as [Tensor, Tensor];
      const convolved = convolution(value); // [batch, length, innerDim]
      const computed = parameters(convolved);
      const part = (from: number, width: number) => sliceAxis(computed, 2, from, width);
      const inputs = {
        x: convolved,
        step: scope.tap('step', softplus(add(step(stepNorm(part(0, stepRank))), w.stepBias))),
        rate: exp(w.logRates),
        input: inputNorm(part(stepRank, stateDim)),
        output: outputNorm(part(stepRank + stateDim, stateDim)),
      };
      const scanned = scope.tap('scanned', recur(selectiveScan, inputs, scope));
      return output(gated(gate, add(scanned, mul(convolved, w.skip)), 'silu'));
    },
    { name: 'selectiveStateSpace', inDim: modelDim, outDim: modelDim, flops: () => 6 * innerDim * stateDim },
  );
}

const selectiveStateSpaceNames = {
  modelDim: 1,
  innerDim: 0,
  stateDim: 0,
  stepRank: 0,
  kernelSize: 0,
  activation: 0,
  bias: 0,
  convolutionBias: 0,
  stepNorm: 0,
  inputNorm: 0,
  outputNorm: 0,
} as const;
