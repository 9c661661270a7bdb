import { add, div, mean, mul, sqrt, square, sub, sum, type Tensor } from '@residual/tensor';

/**
 * What happens to a vector before it is encoded, and backwards after it is decoded: nothing; its mean and standard
 * deviation become 0 and 1; or its norm becomes √modelDim.
 */
export type Normalization = 'none' | 'layerNorm' | 'constantNorm';

/** A normalized tensor, and what takes a tensor of its shape back. */
export interface Normalized {
  readonly x: Tensor;
  readonly mean: Tensor | undefined;
  /** Factor on the way back. */
  readonly scale: Tensor | number;
}

const lastAxis = (x: Tensor) => ({ axis: x.shape.length - 1, keepDims: true });

/** Added to the standard deviation, as in SAELens. */
const epsilon = 1e-5;

/** x · scale, or x normalized by the statistics of each vector: [..., modelDim] to the same. */
export function normalize(x: Tensor, kind: Normalization, scale: number): Normalized {
  if (kind === 'none') return { x: scale === 1 ? x : mul(x, scale), mean: undefined, scale: 1 / scale };
  const width = x.shape.at(-1)!;
  if (kind === 'constantNorm') {
    const back = mul(sqrt(sum(square(x), lastAxis(x))), 1 / Math.sqrt(width));
    return { x: div(x, back), mean: undefined, scale: back };
  }
  const center = mean(x, lastAxis(x));
  const centered = sub(x, center);
  // The variance over modelDim - 1, as torch.std has it.
  const deviation = sqrt(mul(sum(square(centered), lastAxis(x)), 1 / (width - 1)));
  return { x: div(centered, add(deviation, epsilon)), mean: center, scale: deviation };
}

/** A tensor in the space of `normalize(x).x` as one in the space of x. */
export function denormalize(y: Tensor, { mean, scale }: Normalized): Tensor {
  const scaled = scale === 1 ? y : mul(y, scale);
  return mean ? add(scaled, mean) : scaled;
}
