import { linear as apply, expectOptions, type Tensor } from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type MatrixNeed, matrix, type Role, type VectorNeed, vector } from './needs.js';

/** x weightᵀ + bias. */
export interface Linear extends Layer<{ weight: MatrixNeed; bias: VectorNeed | undefined }, Tensor, Tensor> {}

/** Settings of `linear`. */
export interface LinearOptions {
  /** Width of what goes in. */
  readonly in: number;
  /** Width of what comes out. */
  readonly out: number;
  /** Whether a vector is added; true if absent. */
  readonly bias?: boolean;
  /** What the matrix is for, and how many heads it serves, for counting. */
  readonly role?: Role;
  /** How many heads it serves, for counting; 1 if absent. */
  readonly heads?: number;
  /** Standard deviation of the start, 0.02 if absent. */
  readonly std?: number;
}

/** [..., in] to [..., out] by a matrix [out, in] and, unless `bias` is false, a vector [out]. */
export function linear(options: LinearOptions): Linear {
  expectOptions('linear', options, { in: 1, out: 1, bias: 0, role: 0, heads: 0, std: 0 });
  const { in: inDim, out, bias = true, role, heads, std } = options;
  return layer(
    { weight: matrix([out, inDim], { role, heads, std }), bias: bias ? vector([out]) : undefined },
    (w, x: Tensor) => apply(x, w.weight, w.bias),
    { name: 'linear', inDim: inDim, outDim: out, flops: () => 2 * inDim * out },
  );
}
