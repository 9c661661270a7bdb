import type { Dropout } from '@residual/layers';
import { expectOptions } from '@residual/tensor';
import type { AnyActivation } from './activate.js';

/** Settings of `mlp` and `gatedMlp`. */
export interface MlpOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Width of the hidden layer; 4 · modelDim if absent. */
  readonly hiddenDim?: number;
  /** The activation function; if absent exact `gelu`, or `silu` in `gatedMlp`. */
  readonly activation?: AnyActivation;
  /** Whether the linear maps have biases; if absent true, or false in `gatedMlp`. */
  readonly bias?: boolean;
  /** Dropout on the hidden layer. */
  readonly dropout?: Dropout | undefined;
}

/** Throws if an option is unknown or missing. */
export function expectMlpOptions(name: string, options: MlpOptions): void {
  expectOptions(name, options, { modelDim: 1, hiddenDim: 0, activation: 0, bias: 0, dropout: 0 });
}
