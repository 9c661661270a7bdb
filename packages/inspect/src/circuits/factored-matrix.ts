import { expectInteger, ResidualError, showShape } from '@residual/tensor';
import { Matrix, QrDecomposition } from 'ml-matrix';
import { topIndices } from '../neurons/top-list.js';
import { type Complex, eigenvaluesOf, singularValuesOf } from './spectra.js';

/** A matrix as numbers, row by row. */
export interface DenseMatrix {
  readonly values: Float32Array | Float64Array;
  readonly shape: readonly [rows: number, columns: number];
}

/** An entry of a row of a matrix. */
export interface Entry {
  readonly column: number;
  readonly value: number;
}

/**
 * The product `left` · `right` of [rows, inner] and [inner, columns], which is never formed: with a small inner width
 * its norm, singular values and eigenvalues come from matrices [inner, inner] (as `FactoredMatrix` of TransformerLens).
 * It holds plain numbers and needs no dispose; sums are in float64.
 */
export class FactoredMatrix {
  readonly left: DenseMatrix;
  readonly right: DenseMatrix;

  /** Errors if the inner widths differ or a number of values does not fit its shape. */
  constructor(left: DenseMatrix, right: DenseMatrix) {
    for (const [name, { values, shape }] of Object.entries({ left, right }))
      if (shape.length !== 2 || values.length === 0 || values.length !== shape[0] * shape[1])
        throw new ResidualError(
          'shape',
          `factoredMatrix: ${name} has ${values.length} values for ${showShape(shape)}; it must have one for each ` +
            'entry of [rows, columns]',
        );
    expectInner('factoredMatrix', left, right);
    this.left = left;
    this.right = right;
  }

  /** Rows and columns of the product. */
  get shape(): readonly [rows: number, columns: number] {
    return [this.left.shape[0], this.right.shape[1]];
  }

  /** The inner width, an upper bound of the rank. */
  get inner(): number {
    return this.left.shape[1];
  }

  /** A row of the product, [columns]. */
  row(row: number): Float64Array {
    const { left, right, inner, shape } = this;
    expectInteger('FactoredMatrix.row', 'row', row, { max: shape[0] - 1, code: 'range' });
    return product({ values: left.values.slice(row * inner, (row + 1) * inner), shape: [1, inner] }, right).values;
  }

  /** An entry of the product. */
  entry(row: number, column: number): number {
    const { left, right, inner, shape } = this;
    const [rows, columns] = shape;
    expectInteger('FactoredMatrix.entry', 'row', row, { max: rows - 1, code: 'range' });
    expectInteger('FactoredMatrix.entry', 'column', column, { max: columns - 1, code: 'range' });
    let sum = 0;
    for (let i = 0; i < inner; i++) sum += left.values[row * inner + i]! * right.values[i * columns + column]!;
    return sum;
  }

  /** The largest entries of a row, the largest first. */
  topOfRow(row: number, count: number): Entry[] {
    expectInteger('FactoredMatrix.topOfRow', 'count', count, { min: 1 });
    const values = this.row(row);
    return topIndices(values, count).map(column => ({ column, value: values[column]! }));
  }

  /** The product with a matrix on the right, again factored: [rows, n] with the smaller inner width. */
  multiply(other: FactoredMatrix | DenseMatrix): FactoredMatrix {
    const { left, right } = this;
    if (!(other instanceof FactoredMatrix)) {
      expectInner('FactoredMatrix.multiply', right, other);
      return new FactoredMatrix(left, product(right, other));
    }
    expectInner('FactoredMatrix.multiply', right, other.left);
    const middle = product(right, other.left);
    return this.inner <= other.inner
      ? new FactoredMatrix(left, product(middle, other.right))
      : new FactoredMatrix(product(left, middle), other.right);
  }

  /** The transpose, factored. */
  transpose(): FactoredMatrix {
    return new FactoredMatrix(transposed(this.right), transposed(this.left));
  }

  /** The Frobenius norm, √Σ entry². */
  norm(): number {
    const { left, right } = this;
    const [a, b] = [product(transposed(left), left).values, product(right, transposed(right)).values];
    let sum = 0; // the trace of Aᵀ A B Bᵀ, both symmetric [inner, inner]
    for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
    return Math.sqrt(Math.max(sum, 0));
  }

  /** The sum of the diagonal. Errors if the matrix is not square. */
  trace(): number {
    const { left, right, inner } = this;
    const size = this.expectSquare('trace');
    let sum = 0;
    for (let row = 0; row < size; row++)
      for (let i = 0; i < inner; i++) sum += left.values[row * inner + i]! * right.values[i * size + row]!;
    return sum;
  }

  /** The largest singular values, min(rows, inner, columns) of them, the largest first; all others are 0. */
  singularValues(): number[] {
    const core = triangle(this.left).mmul(triangle(transposed(this.right)).transpose());
    return singularValuesOf(core.to2DArray());
  }

  /**
   * The eigenvalues, min(rows, inner) of them, the largest absolute value first; all others are 0. Those of A B are
   * those of B A [inner, inner]. Errors if the matrix is not square.
   */
  eigenvalues(): Complex[] {
    const { left, right, inner } = this;
    const size = this.expectSquare('eigenvalues');
    return eigenvaluesOf(toMatrix(inner <= size ? product(right, left) : product(left, right)).to2DArray());
  }

  private expectSquare(what: string): number {
    const [rows, columns] = this.shape;
    if (rows === columns) return rows;
    throw new ResidualError(
      'shape',
      `FactoredMatrix.${what}: the matrix is ${showShape(this.shape)}; it must be square`,
    );
  }
}

/** The matrix left · right of [rows, inner] and [inner, columns], as its factors. Errors if the inner widths differ. */
export function factoredMatrix(left: DenseMatrix, right: DenseMatrix): FactoredMatrix {
  return new FactoredMatrix(left, right);
}

/** [rows, inner] · [inner, columns] in float64. */
function product(a: DenseMatrix, b: DenseMatrix): DenseMatrix & { readonly values: Float64Array } {
  const [rows, inner] = a.shape;
  const columns = b.shape[1];
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < inner; i++) {
      const factor = a.values[row * inner + i]!;
      for (let column = 0; column < columns; column++)
        values[row * columns + column]! += factor * b.values[i * columns + column]!;
    }
  return { values, shape: [rows, columns] };
}

function transposed({ values, shape: [rows, columns] }: DenseMatrix): DenseMatrix {
  const result = new Float64Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column]!;
  return { values: result, shape: [columns, rows] };
}

/** R of the QR decomposition of a tall matrix, [columns, columns]: the same up to a rotation. A wide one as it is. */
function triangle(matrix: DenseMatrix): Matrix {
  const [rows, columns] = matrix.shape;
  return rows > columns ? new QrDecomposition(toMatrix(matrix)).upperTriangularMatrix : toMatrix(matrix);
}

/** As a matrix of `ml-matrix`. Errors if a number is not finite. */
function toMatrix({ values, shape: [rows, columns] }: DenseMatrix): Matrix {
  const index = values.findIndex(value => !Number.isFinite(value));
  if (index < 0) return Matrix.from1DArray(rows, columns, values);
  throw new ResidualError('range', `FactoredMatrix: value ${index} is ${values[index]}; all must be finite`);
}

function expectInner(caller: string, left: DenseMatrix, right: DenseMatrix): void {
  if (left.shape[1] === right.shape[0]) return;
  throw new ResidualError(
    'shape',
    `${caller}: ${showShape(left.shape)} times ${showShape(right.shape)}; the columns of the first must be the rows ` +
      'of the second',
  );
}
