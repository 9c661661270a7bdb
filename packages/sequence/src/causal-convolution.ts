import { type Layer, layer, recurrentStates, type VectorNeed, vector, zeroPadding } from '@residual/layers';
import {
  type Activation,
  activate,
  causalConvolution as convolve,
  expectInteger,
  expectOptions,
  lastInputs,
  type Tensor,
} from '@residual/tensor';

/** An activation by name, or an elementwise function made of ops of `@residual/tensor`. */
export type AnyActivation = Activation | ((x: Tensor) => Tensor);

/** Settings of `causalConvolution`. */
export interface CausalConvolutionOptions {
  /** Width of the input and the output. */
  readonly dim: number;
  /** How many positions an output sees, its own included; 4 if absent. */
  readonly kernelSize?: number;
  /** Whether a bias is added; true if absent. */
  readonly bias?: boolean;
  /** An activation of the output; none if absent. */
  readonly activation?: AnyActivation | undefined;
}

/** The layer of `causalConvolution`. */
export interface CausalConvolution
  extends Layer<{ readonly weight: VectorNeed; readonly bias: VectorNeed | undefined }, Tensor, Tensor> {}

/**
 * A convolution over time of each entry for itself, which sees no later position: x [batch, length, dim] to the same,
 * with a weight [dim, kernelSize]. With `recurrentStates` in the scope it
 * continues after the inputs of earlier steps. Padding counts as zeros, and so does its output.
 */
export function causalConvolution(options: CausalConvolutionOptions): CausalConvolution {
  expectOptions('causalConvolution', options, { dim: 1, kernelSize: 0, bias: 0, activation: 0 });
  const { dim, kernelSize = 4, bias = true, activation = 'identity' } = options;
  expectInteger('causalConvolution', 'kernelSize', kernelSize, { min: 2 });
  const weight: VectorNeed = {
    ...vector([dim, kernelSize]),
    initializer: { kind: 'normal', std: 1 / Math.sqrt(3 * kernelSize) },
  };
  return layer(
    { weight, bias: bias ? vector([dim]) : undefined },
    (w, x: Tensor, scope) => {
      const states = scope.get(recurrentStates);
      const past = states?.get(scope.path)?.inputs;
      const input = zeroPadding(x, scope);
      const output = convolve({ x: input, weight: w.weight, bias: w.bias, past });
      states?.set(scope.path, { inputs: lastInputs(input, past, kernelSize - 1) });
      const activated = typeof activation === 'function' ? activation(output) : activate(activation, output);
      return zeroPadding(activated, scope);
    },
    { name: 'causalConvolution', inDim: dim, outDim: dim, flops: () => 2 * dim * kernelSize, isRecurrent: true },
  );
}
