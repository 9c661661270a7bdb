import { ResidualError, reshape, type Tensor, transpose } from '@residual/tensor';

/** The heads side by side, [batch, length, heads · headDim], to heads of their own, [batch, heads, length, headDim]. */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const headDim = width / heads;
  if (length === 1) return reshape(x, [batch, heads, 1, headDim]);
  return transpose(reshape(x, [batch, length, heads, headDim]), [0, 2, 1, 3]);
}

/** The opposite of `splitHeads`: [batch, heads, length, headDim] to [batch, length, heads · headDim]. */
export function joinHeads(x: Tensor): Tensor {
  const [batch, heads, length, headDim] = x.shape as [number, number, number, number];
  return reshape(length === 1 ? x : transpose(x, [0, 2, 1, 3]), [batch, length, heads * headDim]);
}

/** Dims of the heads, checked: `headDim` is modelDim / heads unless given. */
export function headDims(
  name: string,
  {
    modelDim,
    heads,
    kvHeads = heads,
    headDim,
  }: { modelDim: number; heads: number; kvHeads?: number; headDim?: number },
): { kvHeads: number; headDim: number } {
  if (headDim === undefined && modelDim % heads !== 0) {
    const fitting = Array.from({ length: modelDim }, (_, i) => i + 1).filter(n => modelDim % n === 0);
    throw new ResidualError(
      'fit',
      `${name}: modelDim ${modelDim} does not split into ${heads} heads (${modelDim} / ${heads}); heads could be ${fitting.slice(0, 12).join(', ')}`,
    );
  }
  if (heads % kvHeads !== 0) {
    throw new ResidualError(
      'fit',
      `${name}: ${heads} heads do not share ${kvHeads} kvHeads evenly (${heads} / ${kvHeads})`,
    );
  }
  return { kvHeads, headDim: headDim ?? modelDim / heads };
}
