import {
  add,
  affine,
  concat,
  div,
  greaterEqual,
  matMul,
  maximum,
  minimum,
  mul,
  ones,
  reshape,
  sliceAxis,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  toFloat,
} from '@residual/tensor';

/** The shape of a spline: numbers from which its bins follow, each [positions, bins] or, of slopes, [.., bins - 1]. */
export interface Spline {
  /** Before the softmax that gives the widths. */
  readonly widths: Tensor;
  /** Before the softmax that gives the heights. */
  readonly heights: Tensor;
  /** Before the softplus that gives the slopes between bins. */
  readonly slopes: Tensor;
  /** The spline is the identity outside of ± this number. */
  readonly bound: number;
}

/** The least width and height of a bin, as a share of all, and the least slope. */
const least = 1e-3;

/**
 * The inverse of a monotonic spline of rational quadratic functions (Durkan et al. 2019): y [positions] to x
 * [positions].
 */
export function inverseSpline(y: Tensor, { widths, heights, slopes, bound }: Spline): Tensor {
  const [positions, bins] = widths.shape as [number, number];
  const across = edges(widths, bound);
  const up = edges(heights, bound);
  const between = affine(softplus(slopes), 1, least);
  const derivatives = concat([ones([positions, 1]), between, ones([positions, 1])], 1); // [positions, bins + 1]

  const inside = maximum(minimum(y, bound), -bound);
  const column = reshape(inside, [positions, 1]);
  const starts = sliceAxis(up, 1, 0, bins);
  const ends = concat([sliceAxis(up, 1, 1, bins - 1), affine(sliceAxis(up, 1, bins, 1), 1, 1e-6)], 1);
  const isIn = sub(toFloat(greaterEqual(column, starts)), toFloat(greaterEqual(column, ends))); // one 1 in each row
  const at = (values: Tensor) => sum(mul(values, isIn), { axis: 1 });

  const width = at(sub(sliceAxis(across, 1, 1, bins), sliceAxis(across, 1, 0, bins)));
  const height = at(sub(sliceAxis(up, 1, 1, bins), starts));
  const slope = div(height, width);
  const [first, last] = [at(sliceAxis(derivatives, 1, 0, bins)), at(sliceAxis(derivatives, 1, 1, bins))];
  const above = sub(inside, at(starts));
  const bend = mul(above, sub(add(first, last), mul(slope, 2)));
  const a = add(mul(height, sub(slope, first)), bend);
  const b = sub(mul(height, first), bend);
  const c = mul(mul(slope, above), -1);
  const root = div(mul(c, 2), sub(mul(b, -1), sqrt(maximum(sub(square(b), mul(mul(a, c), 4)), 0))));
  const x = add(mul(root, width), at(sliceAxis(across, 1, 0, bins)));

  const isInside = toFloat(greaterEqual(mul(inside, 1), y)); // y is not above the bound
  const isWithin = mul(isInside, toFloat(greaterEqual(y, inside)));
  return add(mul(x, isWithin), mul(y, affine(isWithin, -1, 1)));
}

/** The edges of the bins from -bound to bound, [positions, bins + 1], of numbers before a softmax [positions, bins]. */
function edges(numbers: Tensor, bound: number): Tensor {
  const [positions, bins] = numbers.shape as [number, number];
  const shares = affine(softmax(numbers), 1 - least * bins, least);
  const upTo = Float32Array.from({ length: bins * (bins - 1) }, (_, i) =>
    Math.floor(i / (bins - 1)) <= i % (bins - 1) ? 1 : 0,
  );
  const sums = matMul(shares, tensor(upTo, [bins, bins - 1])); // of the first 1, 2, ... bins - 1 shares
  const constant = (value: number) => affine(ones([positions, 1]), value, 0);
  return concat([constant(-bound), affine(sums, 2 * bound, -bound), constant(bound)], 1);
}
