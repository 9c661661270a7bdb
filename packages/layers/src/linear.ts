import { linear as apply, expectOptions, type Tensor } from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type MatrixNeed, matrix, type Role, type VectorNeed, vector } from './needs.js';

/** The layer of `linear`: x weightᵀ + bias. */
export interface Linear extends Layer<{ weight: MatrixNeed; bias: VectorNeed | undefined }, Tensor, Tensor> {}

/** Settings of `linear`. */
export interface LinearOptions {
  /** Width of the input. */
  readonly in: number;
  /** Width of the output. */
  readonly out: number;
  /** Whether a bias is added; true if absent. */
  readonly bias?: boolean;
  /** The role of the matrix, for counting; 'other' if absent. */
  readonly role?: Role;
  /** The number of heads that share the matrix, for counting; 1 if absent. */
  readonly heads?: number;
  /** Standard deviation of the initial weights; 0.02 if absent. */
  readonly std?: number;
}

/** x weightᵀ + bias: x [..., in] to [..., out], weight [out, in], bias [out] unless `bias` is false. */
export function linear(options: LinearOptions): Linear {
  expectOptions('linear', options, { in: 1, out: 1, bias: 0, role: 0, heads: 0, std: 0 });
  const { in: inDim, out, bias = true, role, heads, std } = options;
  return layer(
    { weight: matrix([out, inDim], { role, heads, std }), bias: bias ? vector([out]) : undefined },
    (w, x: Tensor) => apply(x, w.weight, w.bias),
    { name: 'linear', inDim: inDim, outDim: out, flops: () => 2 * inDim * out },
  );
}
