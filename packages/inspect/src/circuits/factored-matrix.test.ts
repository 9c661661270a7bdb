import { normalValues } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { copyingScore } from './copying-scores.js';
import { type DenseMatrix, factoredMatrix } from './factored-matrix.js';

const random = (name: string, rows: number, columns: number): DenseMatrix => ({
  values: normalValues(3, name, rows * columns),
  shape: [rows, columns],
});

/** The whole product in float64. */
const multiplied = ({ values: a, shape: [rows, inner] }: DenseMatrix, { values: b, shape: [, columns] }: DenseMatrix) =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) =>
      Array.from({ length: inner }, (_, k) => a[i * inner + k]! * b[k * columns + j]!).reduce((x, y) => x + y, 0),
    ),
  );
const flat = (rows: number[][]): DenseMatrix => ({
  values: Float64Array.from(rows.flat()),
  shape: [rows.length, rows[0]!.length],
});
const exact = { absolute: 1e-10 };

test('rows, entries, transpose, norm and trace are those of the product', async () => {
  const [a, b] = [random('a', 11, 3), random('b', 3, 7)];
  const [matrix, whole] = [factoredMatrix(a, b), multiplied(a, b)];
  expect(matrix.shape).toEqual([11, 7]);
  expect(matrix.inner).toBe(3);
  await expectClose(matrix.row(5), whole[5]!, exact);
  expect(matrix.entry(10, 6)).toBeCloseTo(whole[10]![6]!, 10);
  await expectClose(
    matrix.transpose().row(6),
    whole.map(row => row[6]!),
    exact,
  );
  expect(matrix.norm()).toBeCloseTo(Math.sqrt(whole.flat().reduce((sum, x) => sum + x * x, 0)), 10);
  const order = whole[2]!.map((value, column) => ({ column, value })).sort((x, y) => y.value - x.value);
  const top = matrix.topOfRow(2, 4);
  expect(top.map(({ column }) => column)).toEqual(order.slice(0, 4).map(({ column }) => column));
  await expectClose(
    top.map(({ value }) => value),
    order.slice(0, 4).map(({ value }) => value),
    exact,
  );
  const square = factoredMatrix(a, random('c', 3, 11));
  expect(square.trace()).toBeCloseTo(
    multiplied(a, random('c', 3, 11)).reduce((sum, row, i) => sum + row[i]!, 0),
    10,
  );
});

test.each([
  [5, 3],
  [3, 5],
])('products keep the smaller inner width (%i and %i)', async (first, second) => {
  const [a, b, c, d] = [
    random('a', 7, first),
    random('b', first, 11),
    random('c', 11, second),
    random('d', second, 13),
  ];
  const result = factoredMatrix(a, b).multiply(factoredMatrix(c, d));
  const whole = multiplied(flat(multiplied(a, b)), flat(multiplied(c, d)));
  expect(result.inner).toBe(3);
  for (const i of whole.keys()) await expectClose(result.row(i), whole[i]!, exact);
  const plain = factoredMatrix(a, b).multiply(c);
  await expectClose(plain.row(6), multiplied(flat(multiplied(a, b)), c)[6]!, exact);
});

test('singular values and eigenvalues are those of a matrix built from known ones', async () => {
  // The rows are orthogonal: A = diag on a rotated basis, so that singular values are known without a decomposition.
  const turn = (angle: number) => [Math.cos(angle), Math.sin(angle)] as const;
  const [c, s] = turn(0.7);
  const left = flat([
    [3 * c, -2 * s],
    [3 * s, 2 * c],
    [0, 0],
    [0, 0],
  ]);
  const right = flat([
    [1, 0, 0, 0],
    [0, 1, 0, 0],
  ]);
  await expectClose(factoredMatrix(left, right).singularValues(), [3, 2], exact);
  await expectClose(factoredMatrix(left, right).transpose().singularValues(), [3, 2], exact);
  // A rotation by 90°, stretched to 2, beside a 5: eigenvalues ±2i and 5.
  const block = flat([
    [0, -2, 0],
    [2, 0, 0],
    [0, 0, 5],
    [0, 0, 0],
  ]);
  const unit = flat([
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ]);
  const eigenvalues = factoredMatrix(block, unit).eigenvalues();
  await expectClose(
    eigenvalues.map(({ real }) => real),
    [5, 0, 0],
    exact,
  );
  await expectClose(
    eigenvalues.map(({ imaginary }) => Math.abs(imaginary)),
    [0, 2, 2],
    exact,
  );
  expect(copyingScore(eigenvalues)).toBeCloseTo(5 / 9, 10);
});

test('an inner width above the size takes the eigenvalues of the product itself', async () => {
  const [a, b] = [random('a', 2, 5), random('b', 5, 2)];
  const [[p, q], [r, t]] = multiplied(a, b) as [[number, number], [number, number]];
  const values = factoredMatrix(a, b).eigenvalues();
  expect(values).toHaveLength(2);
  expect(values.reduce((sum, { real }) => sum + real, 0)).toBeCloseTo(p + t, 10);
  const [x, y] = values as [(typeof values)[0], (typeof values)[0]];
  expect(x.real * y.real - x.imaginary * y.imaginary).toBeCloseTo(p * t - q * r, 10);
});

test('the copying score is 1 for copying, -1 for its opposite and 0 for nothing', () => {
  const score = (...diagonal: [number, number]) =>
    copyingScore(
      factoredMatrix(
        flat([
          [diagonal[0], 0],
          [0, diagonal[1]],
        ]),
        flat([
          [1, 0],
          [0, 1],
        ]),
      ),
    );
  expect(score(2, 0.5)).toBe(1);
  expect(score(-2, -0.5)).toBe(-1);
  expect(score(3, -1)).toBe(0.5);
  expect(score(0, 0)).toBe(0);
});

test('what does not fit is refused with both sides', () => {
  expect(() => factoredMatrix(random('a', 3, 2), random('b', 5, 7))).toThrow(
    'factoredMatrix: [3, 2] times [5, 7]; the columns of the first must be the rows of the second',
  );
  expect(() => factoredMatrix({ values: new Float32Array(5), shape: [3, 2] }, random('b', 2, 7))).toThrow(
    'factoredMatrix: left has 5 values for [3, 2]; it must have one for each entry of [rows, columns]',
  );
  const matrix = factoredMatrix(random('a', 3, 2), random('b', 2, 7));
  expect(() => matrix.eigenvalues()).toThrow('FactoredMatrix.eigenvalues: the matrix is [3, 7]; it must be square');
  expect(() => matrix.row(3)).toThrow('FactoredMatrix.row: row is 3; it must be a whole number from 0 to 2');
  expect(() => matrix.entry(0, 7)).toThrow('FactoredMatrix.entry: column is 7; it must be a whole number from 0 to 6');
  expect(() => matrix.multiply(random('c', 3, 3))).toThrow('FactoredMatrix.multiply: [2, 7] times [3, 3]');
  const broken = factoredMatrix({ values: Float64Array.of(1, Number.NaN), shape: [2, 1] }, random('b', 1, 2));
  expect(() => broken.eigenvalues()).toThrow('FactoredMatrix: value 0 is NaN; all must be finite');
});
