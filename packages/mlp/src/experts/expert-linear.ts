import { type Layer, layer, type MatrixNeed, matrix, type Role, type VectorNeed, vector } from '@residual/layers';
import { expertLinear as apply, expectInteger, expectOptions, type Tensor } from '@residual/tensor';
import type { ExpertsInput } from './interface.js';

/** The layer of `expertLinear`: the linear map of the chosen expert. */
export interface ExpertLinear
  extends Layer<{ readonly weight: MatrixNeed; readonly bias: VectorNeed | undefined }, ExpertsInput, Tensor> {}

/** Settings of `expertLinear`. */
export interface ExpertLinearOptions {
  /** The number of experts, up to 4096. */
  readonly experts: number;
  /** Width of the input. */
  readonly in: number;
  /** Width of the output. */
  readonly out: number;
  /** Whether each expert adds a bias; false if absent. */
  readonly bias?: boolean;
  /** The role of the matrix, for counting; 'other' if absent. */
  readonly role?: Role;
}

/** The largest number of experts: a limit for what a config says before anything is allocated. */
const maxExperts = 4096;

/** Throws unless a number of experts is a whole number that is allowed. */
export function expectExperts(caller: string, experts: number): void {
  expectInteger(caller, 'experts', experts, { min: 1, max: maxExperts });
}

/**
 * One linear map for each expert: { x, chosen } to [tokens, k, out], as `expertLinear` of `@residual/tensor`. The
 * matrices are stacked along out, weight [experts · out, in], and the biases too, bias [experts · out].
 */
export function expertLinear(options: ExpertLinearOptions): ExpertLinear {
  expectOptions('expertLinear', options, { experts: 1, in: 1, out: 1, bias: 0, role: 0 });
  const { experts, in: inDim, out, bias = false, role } = options;
  expectExperts('expertLinear', experts);
  return layer(
    {
      weight: matrix([experts * out, inDim], { role, experts }),
      bias: bias ? vector([experts * out]) : undefined,
    },
    (w, { x, chosen }: ExpertsInput) => apply(x, w.weight, chosen, { experts, bias: w.bias }),
    // For one expert; a mixture knows how many are chosen.
    { name: 'expertLinear', inDim, outDim: out, flops: () => 2 * inDim * out },
  );
}
