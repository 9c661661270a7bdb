import { type AnyLayer, type Dropout, expectSameWidth } from '@residual/layers';
import { expectOptions, ResidualError, type Tensor } from '@residual/tensor';
import type { AnyActivation } from './activate.js';

/** Settings of `mlp` and `gatedMlp`. */
export interface MlpOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Width of the hidden layer; 4 · modelDim if absent. */
  readonly hiddenDim?: number;
  /** The activation function; if absent exact `gelu`, or `silu` in `gatedMlp`. */
  readonly activation?: AnyActivation;
  /** A layer in place of `activation`, for one that has weights, such as `xielu`. */
  readonly activationLayer?: AnyLayer<Tensor, Tensor> | undefined;
  /** Whether the linear maps have biases; if absent true, or false in `gatedMlp`. */
  readonly bias?: boolean;
  /** A norm on the hidden layer, [..., hiddenDim] to the same, as in BitNet; none if absent. */
  readonly hiddenNorm?: AnyLayer<Tensor, Tensor> | undefined;
  /** Dropout on the hidden layer. */
  readonly dropout?: Dropout | undefined;
}

/** The parts that an mlp has only if they are given. */
export function optionalParts({ activationLayer, hiddenNorm }: MlpOptions) {
  return { ...(activationLayer && { activation: activationLayer }), ...(hiddenNorm && { hiddenNorm }) };
}

/** Throws if options are unknown or missing, exclude each other or have another width than the hidden layer. */
export function expectMlpOptions(name: string, options: MlpOptions): void {
  const optional = { hiddenDim: 0, activation: 0, activationLayer: 0, bias: 0, hiddenNorm: 0, dropout: 0 } as const;
  expectOptions(name, options, { modelDim: 1, ...optional });
  const { modelDim, hiddenDim = 4 * modelDim, activation, activationLayer, hiddenNorm } = options;
  expectSameWidth(name, { 'the hidden layer': { about: { outDim: hiddenDim } }, activationLayer, hiddenNorm });
  if (activation && activationLayer)
    throw new ResidualError('fit', `${name}: there are an activation and an activationLayer; one of them is needed`);
}
