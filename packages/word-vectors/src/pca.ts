import { expectInteger, ResidualError } from '@residual/base';
import { symmetricEigen } from './eigen.js';
import { expectVector } from './errors.js';
import { expectRows } from './spelling.js';
import { cosineOf, unitRow, type WordVectors } from './table.js';
import { addTo, dot, lengthOf, unitOf } from './vector.js';

/** Settings of a projection. */
export interface PcaOptions {
  /** The number of components; 2 if absent. */
  readonly dims?: number;
  /** The words to fit and to project; all if absent. */
  readonly words?: readonly string[];
  /**
   * The first axes, as directions [vectors.dims]: each becomes a unit vector that is orthogonal to the axes before it.
   * The other axes are the principal components of what remains.
   */
  readonly along?: readonly ArrayLike<number>[];
}

/** A projection of words onto their principal components. */
export interface Projection {
  readonly dims: number;
  /** The projected words [words, dims], row by row. */
  readonly points: Float32Array;
  /** The principal components [dims], unit vectors [vectors.dims]. */
  readonly components: readonly Float64Array[];
  /** The share of the variance of each component. */
  readonly explainedVarianceRatio: readonly number[];
  /** Projects a vector [vectors.dims], such as the result of an expression. */
  transform(vector: ArrayLike<number>): number[];
  /** Projects all words of a table of the same width: [words, dims], row by row. */
  transformAll(vectors: WordVectors): Float32Array;
}

/**
 * Principal component analysis of the unit vectors of words (Pearson 1901): exact eigenvectors of their covariance,
 * with the sign that makes the largest entry positive. Errors: no more words than components, unknown words, directions
 * in `along` that are more than the components or depend on each other.
 */
export function pca(vectors: WordVectors, { dims = 2, words, along = [] }: PcaOptions = {}): Projection {
  const rows = words ? expectRows('pca', vectors, words) : [...vectors.words.keys()];
  const width = vectors.dims;
  expectInteger('pca', 'dims', dims, { min: 1, max: width });
  if (rows.length <= dims)
    throw new ResidualError(
      'option',
      `pca: ${rows.length} words do not make ${dims} axes; it takes ${dims + 1} or more`,
    );
  const { mean, covariance } = momentsOf(vectors, rows);
  const total = covariance.reduce((sum, value, i) => sum + (i % (width + 1) === 0 ? value : 0), 0);
  const given = orthonormal(along, dims, width);
  const { values: remaining, vectors: all } = symmetricEigen(withoutAxes(covariance, given), width);
  const components = [...given, ...all.slice(0, dims - given.length).map(withSign)];
  const values = [...given.map(axis => varianceAlong(covariance, axis)), ...remaining];
  const offsets = components.map(axis => dot(axis, mean));
  const transform = (vector: ArrayLike<number>) => {
    expectVector('pca', vector, width);
    return components.map((axis, i) => dot(axis, vector) - offsets[i]!);
  };
  const transformRows = (table: WordVectors, which: Iterable<number>, count: number) => {
    const points = new Float32Array(count * dims);
    let at = 0;
    for (const row of which)
      for (const axis of components) points[at] = cosineOf(table, row, axis) - offsets[at++ % dims]!;
    return points;
  };
  const points = transformRows(vectors, rows, rows.length);
  const transformAll = (table: WordVectors) => {
    if (table.dims !== width)
      throw new ResidualError('vectors', `pca: vectors of ${table.dims} numbers; the axes have ${width}`);
    return transformRows(table, table.words.keys(), table.words.length);
  };
  const explainedVarianceRatio = values.slice(0, dims).map(value => (total > 0 ? Math.max(0, value) / total : 0));
  return { dims, points, components, explainedVarianceRatio, transform, transformAll };
}

type Row = Float64Array;

/** Mean and covariance of the unit vectors of rows, in float64. */
function momentsOf(vectors: WordVectors, rows: readonly number[]): { mean: Float64Array; covariance: Float64Array } {
  const { dims } = vectors;
  const mean = new Float64Array(dims);
  const sums = new Float64Array(dims * dims);
  // Eight rows at once, so that each sum is read and written once for eight rows.
  for (let from = 0; from < rows.length; from += 8) {
    const units = Array.from({ length: 8 }, (_, i) =>
      from + i < rows.length ? unitRow(vectors, rows[from + i]!) : new Float64Array(dims),
    );
    for (const unit of units) addTo(mean, unit, 1 / rows.length);
    const [a, b, c, d, e, f, g, h] = units as [Row, Row, Row, Row, Row, Row, Row, Row];
    for (let i = 0; i < dims; i++) {
      const [a1, b1, c1, d1] = [a[i]!, b[i]!, c[i]!, d[i]!];
      const [e1, f1, g1, h1] = [e[i]!, f[i]!, g[i]!, h[i]!];
      for (let j = 0, at = i * dims; j <= i; j++, at++)
        sums[at]! +=
          a1 * a[j]! + b1 * b[j]! + c1 * c[j]! + d1 * d[j]! + (e1 * e[j]! + f1 * f[j]! + g1 * g[j]! + h1 * h[j]!);
    }
  }
  const covariance = new Float64Array(dims * dims);
  for (let i = 0; i < dims; i++)
    for (let j = 0; j <= i; j++) {
      const value = (sums[i * dims + j]! - rows.length * mean[i]! * mean[j]!) / Math.max(1, rows.length - 1);
      covariance[i * dims + j] = value;
      covariance[j * dims + i] = value;
    }
  return { mean, covariance };
}

/** Unit vectors with the span of directions, each orthogonal to the ones before it. */
function orthonormal(along: readonly ArrayLike<number>[], dims: number, width: number): Float64Array[] {
  if (along.length > dims)
    throw new ResidualError('option', `pca: along has ${along.length} directions; dims is ${dims}`);
  const axes: Float64Array[] = [];
  for (const [i, direction] of along.entries()) {
    expectVector('pca', direction, width);
    const rest = unitOf(direction);
    for (const axis of axes) addTo(rest, axis, -dot(rest, axis));
    if (lengthOf(rest) < 1e-6)
      throw new ResidualError('option', `pca: direction ${i} of along lies in the span of the ones before it`);
    axes.push(unitOf(rest));
  }
  return axes;
}

/**
 * The covariance of what remains of the vectors without their components along some axes, which become its last
 * eigenvectors.
 */
function withoutAxes(covariance: Float64Array, axes: readonly Float64Array[]): Float64Array {
  let rest = covariance;
  for (const axis of axes) {
    const width = axis.length;
    const image = timesAxis(rest, axis);
    const variance = dot(image, axis);
    rest = rest.map((value, at) => {
      const [i, j] = [Math.floor(at / width), at % width];
      return value - axis[i]! * image[j]! - image[i]! * axis[j]! + axis[i]! * axis[j]! * (variance - 1);
    });
  }
  return rest;
}

const timesAxis = (matrix: Float64Array, axis: Float64Array): Float64Array =>
  axis.map((_, i) => dot(matrix.subarray(i * axis.length, (i + 1) * axis.length), axis));

const varianceAlong = (covariance: Float64Array, axis: Float64Array): number => dot(timesAxis(covariance, axis), axis);

function withSign(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest) + 1e-12) largest = value;
  return largest < 0 ? axis.map(value => -value) : axis;
}
