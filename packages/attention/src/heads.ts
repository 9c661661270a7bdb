import { ResidualError, reshape, type Tensor, transpose } from '@residual/tensor';

/** Splits the last axis into heads: [batch, length, heads · headDim] to [batch, heads, length, headDim]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const headDim = width / heads;
  if (length === 1) return reshape(x, [batch, heads, 1, headDim]); // the order in memory is the same
  return transpose(reshape(x, [batch, length, heads, headDim]), [0, 2, 1, 3]);
}

/** The inverse of `splitHeads`: [batch, heads, length, headDim] to [batch, length, heads · headDim]. */
export function joinHeads(x: Tensor): Tensor {
  const [batch, heads, length, headDim] = x.shape as [number, number, number, number];
  return reshape(length === 1 ? x : transpose(x, [0, 2, 1, 3]), [batch, length, heads * headDim]);
}

/** The dims of the heads of an attention. */
export interface HeadDims {
  /** Number of query heads. */
  readonly heads: number;
  /** Number of key and value heads, each shared by heads / kvHeads query heads. */
  readonly kvHeads: number;
  /** Width of a head. */
  readonly headDim: number;
}

/** Names of the options that determine the dims of heads; 0 marks an optional one. */
export const headOptionNames = { modelDim: 1, heads: 1, kvHeads: 0, headDim: 0 } as const;

/** The options that determine the dims of heads. */
interface HeadOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** Number of query heads. */
  readonly heads: number;
  /** Number of key and value heads; equal to `heads` if absent. */
  readonly kvHeads?: number;
  /** Width of a head; modelDim / heads if absent. */
  readonly headDim?: number;
}

/**
 * Fills in and checks the dims of heads. Errors if modelDim / heads is not a whole number or kvHeads does not divide
 * heads.
 */
export function headDims(
  name: string,
  { modelDim, heads, kvHeads = heads, headDim = modelDim / heads }: HeadOptions,
): { kvHeads: number; headDim: number } {
  if (!Number.isInteger(headDim))
    throw new ResidualError(
      'fit',
      `${name}: modelDim ${modelDim} does not split into ${heads} heads (${modelDim} / ${heads}); heads could be ` +
        `${divisors(modelDim)}`,
    );
  if (heads % kvHeads !== 0)
    throw new ResidualError(
      'fit',
      `${name}: ${heads} heads do not share ${kvHeads} kvHeads evenly (${heads} / ${kvHeads}); kvHeads could be ` +
        `${divisors(heads)}`,
    );
  return { kvHeads, headDim };
}

/** The divisors of n that can be a number of heads; n may come from a file, and as large as it likes. */
function divisors(n: number): string {
  return Array.from({ length: Math.min(n, 1000) }, (_, i) => i + 1)
    .filter(divisor => n % divisor === 0)
    .join(', ');
}
