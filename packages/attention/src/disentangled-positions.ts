import type { AnyLayer } from '@residual/layers';
import { bind, type Layer, layer, type MatrixNeed, matrix, slot } from '@residual/layers';
import { expectInteger, expectOptions, ResidualError, sliceAxis, type Tensor, tensor } from '@residual/tensor';

/** The vectors of the distances of a text, and which of them each query and key meet. */
export interface RelativeVectors {
  /** The vectors of the distances that occur, [rows, dim]. */
  readonly vectors: Tensor;
  /** Entry (query, key) is query · rows + the row of their distance, int32 [length²]. */
  readonly byQuery: Tensor;
  /** Entry (query, key) is key · rows + the row of their distance, int32 [length²]. */
  readonly byKey: Tensor;
}

/** The slot for the vectors of distances, which all blocks of a stack share. */
export const relativeVectors = /* @__PURE__ */ slot<RelativeVectors>('relativeVectors');

/** Settings of `disentangledPositions` and `distanceRow`. */
export interface DisentangledPositionsOptions {
  /** Width of the vectors. */
  readonly dim: number;
  /** Distances from here on share a vector; with `buckets`, the largest distance that they tell apart. */
  readonly maxDistance: number;
  /**
   * The number of vectors for the distances to one side: those up to half of it have their own, larger ones share
   * logarithmically wider buckets. Every distance has its own if absent.
   */
  readonly buckets?: number | undefined;
  /** A norm on the vectors. */
  readonly norm?: AnyLayer<Tensor, Tensor> | undefined;
}

/** The layer of `disentangledPositions`: hidden states [batch, length, dim] to the vectors of their distances. */
export interface DisentangledPositions
  extends Layer<
    { readonly weight: MatrixNeed; readonly norm: AnyLayer<Tensor, Tensor> | undefined },
    Tensor,
    RelativeVectors
  > {}

/**
 * The vectors of distances of DeBERTa (He et al. 2021), which `disentangledAttention` compares with queries and keys: a
 * table of two rows for each distance or bucket, one for each side. Errors if `maxDistance` is below 2, or `buckets` is
 * not an even number.
 */
export function disentangledPositions(options: DisentangledPositionsOptions): DisentangledPositions {
  expectOptions('disentangledPositions', options, { dim: 1, maxDistance: 1, buckets: 0, norm: 0 });
  const { dim, maxDistance, buckets, norm } = options;
  expectInteger('disentangledPositions', 'maxDistance', maxDistance, { min: 2, code: 'range' });
  if (buckets !== undefined && (!Number.isInteger(buckets / 2) || buckets < 4))
    throw new ResidualError('range', `disentangledPositions: buckets is ${buckets}; it must be an even number above 2`);
  const span = buckets ?? maxDistance;
  let latest: { readonly length: number; readonly rows: Int32Array; readonly first: number; readonly count: number };
  const rowsOf = (length: number) => {
    if (latest?.length !== length) latest = usedRows(length, options);
    return latest;
  };
  return layer(
    { weight: matrix([2 * span, dim], { role: 'position' }), norm },
    (w, x: Tensor, scope) => {
      const length = x.shape[1]!;
      const { rows, first, count } = rowsOf(length);
      const normalize = bind({ norm }, w, scope).norm;
      const vectors = sliceAxis(normalize(w.weight as Tensor), 0, first, count);
      const index = (of: (query: number, key: number) => number) => {
        const offset = (i: number) => of(Math.floor(i / length), i % length) * count;
        return tensor(
          rows.map((row, i) => offset(i) + row),
          [length * length],
          'int32',
        );
      };
      return { vectors, byQuery: index(query => query), byKey: index((_, key) => key) };
    },
    { name: 'disentangledPositions' },
  );
}

/** The row of each pair (query, key) of a text, counted from the first row that occurs, and how many occur. */
function usedRows(length: number, options: DisentangledPositionsOptions) {
  const byDistance = Int32Array.from({ length: 2 * length - 1 }, (_, i) => distanceRow(i - length + 1, options));
  const [first, last] = [byDistance[0]!, byDistance.at(-1)!];
  const rows = Int32Array.from({ length: length * length }, (_, i) => {
    const distance = Math.floor(i / length) - (i % length);
    return byDistance[distance + length - 1]! - first;
  });
  return { length, rows, first, count: last - first + 1 };
}

/**
 * The row of a distance, query position - key position, in the table of `disentangledPositions`. Computed in float32,
 * as in the reference, because rounding decides at the borders of buckets.
 */
export function distanceRow(
  distance: number,
  { maxDistance, buckets }: Pick<DisentangledPositionsOptions, 'maxDistance' | 'buckets'>,
): number {
  const span = buckets ?? maxDistance;
  const bucket = buckets === undefined ? distance : logarithmicBucket(distance, buckets / 2, maxDistance);
  return Math.min(Math.max(bucket + span, 0), 2 * span - 1);
}

function logarithmicBucket(distance: number, middle: number, maxDistance: number): number {
  const float = Math.fround;
  const away = Math.abs(distance);
  if (away <= middle) return distance;
  const power = float(float(Math.log(float(away / middle))) / float(Math.log(float((maxDistance - 1) / middle))));
  return Math.sign(distance) * (Math.ceil(float(power * (middle - 1))) + middle);
}
