import type { Dropout } from '@residual/layers';
import { type Activation, expectOptions, type Tensor } from '@residual/tensor';

/** An activation by name, or a function of its own, element by element, made of ops of `@residual/tensor`. */
export type AnyActivation = Activation | ((x: Tensor) => Tensor);

/** Settings of both perceptrons. */
export interface MlpOptions {
  /** Width of what goes in and comes out. */
  readonly modelDim: number;
  /** Width in the middle; 4 · modelDim if absent. */
  readonly hiddenDim?: number;
  /** Exact `gelu` if absent, `silu` in `gatedMlp`. */
  readonly activation?: AnyActivation;
  /** Whether all of its linear maps have a bias; true if absent, false in `gatedMlp`. */
  readonly bias?: boolean;
  /** Dropout in the middle, after the activation. */
  readonly dropout?: Dropout | undefined;
}

/** Throws where an option does not exist or is missing. */
export function expectMlpOptions(name: string, options: MlpOptions): void {
  expectOptions(name, options, { modelDim: 1, hiddenDim: 0, activation: 0, bias: 0, dropout: 0 });
}
