import { ResidualError, reshape, type Tensor, transpose } from '@residual/tensor';

/** The heads side by side, [batch, length, heads · headDim], to heads of their own, [batch, heads, length, headDim]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const headDim = width / heads;
  if (length === 1) return reshape(x, [batch, heads, 1, headDim]); // the same order in memory
  return transpose(reshape(x, [batch, length, heads, headDim]), [0, 2, 1, 3]);
}

/** The opposite of `splitHeads`: [batch, heads, length, headDim] to [batch, length, heads · headDim]. */
export function joinHeads(x: Tensor): Tensor {
  const [batch, heads, length, headDim] = x.shape as [number, number, number, number];
  return reshape(length === 1 ? x : transpose(x, [0, 2, 1, 3]), [batch, length, heads * headDim]);
}

/** The dims of heads as settings state them. */
interface HeadOptions {
  /** Width of what goes in and comes out. */
  readonly modelDim: number;
  /** Heads of the query. */
  readonly heads: number;
  /** Heads of key and value; as many as heads if absent. */
  readonly kvHeads?: number;
  /** Width of a head; modelDim / heads if absent. */
  readonly headDim?: number;
}

/** Dims of the heads, checked: `headDim` is modelDim / heads unless given, and kvHeads divides heads. */
export function headDims(
  name: string,
  { modelDim, heads, kvHeads = heads, headDim = modelDim / heads }: HeadOptions,
): { kvHeads: number; headDim: number } {
  if (!Number.isInteger(headDim))
    throw new ResidualError(
      'fit',
      `${name}: modelDim ${modelDim} does not split into ${heads} heads (${modelDim} / ${heads}); heads could be ${divisors(modelDim)}`,
    );
  if (heads % kvHeads !== 0)
    throw new ResidualError(
      'fit',
      `${name}: ${heads} heads do not share ${kvHeads} kvHeads evenly (${heads} / ${kvHeads}); kvHeads could be ${divisors(heads)}`,
    );
  return { kvHeads, headDim };
}

function divisors(n: number): string {
  return Array.from({ length: n }, (_, i) => i + 1)
    .filter(divisor => n % divisor === 0)
    .join(', ');
}
