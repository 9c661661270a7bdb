import type { AnyLayer } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { AnyActivation } from '../activate.js';

/** What experts read. */
export interface ExpertsInput {
  /** [tokens, modelDim], or [tokens, k, modelDim] with an input for each choice. */
  readonly x: Tensor;
  /** int32 [tokens, k]: the experts that compute each token. */
  readonly chosen: Tensor;
}

/** Experts as a layer: { x, chosen } to what each chosen expert makes of its token, [tokens, k, modelDim]. */
export interface Experts extends AnyLayer<ExpertsInput, Tensor> {
  /** The number of experts. */
  readonly experts: number;
}

/** Settings of `gatedExperts` and `plainExperts`. */
export interface ExpertsOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Width of the hidden layer of one expert. */
  readonly hiddenDim: number;
  /** The number of experts, up to 4096. */
  readonly experts: number;
  /** The activation function; if absent `silu` in `gatedExperts`, `relu` in `plainExperts`. */
  readonly activation?: AnyActivation;
  /** Whether the linear maps have biases; false if absent. */
  readonly bias?: boolean;
}
