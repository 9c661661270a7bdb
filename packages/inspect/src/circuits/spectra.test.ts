import { normalValues } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type Complex, eigenvaluesOf, magnitude, singularValuesOf } from './spectra.js';

const matrix = (rows: number, columns: number, entry: (i: number, j: number) => number) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j)));
const random = (name: string, rows: number, columns = rows) => {
  const values = normalValues(5, name, rows * columns);
  return matrix(rows, columns, (i, j) => values[i * columns + j]!);
};
const byAngle = (values: readonly Complex[]) =>
  values.map(({ real, imaginary }) => Math.atan2(imaginary, real)).sort((a, b) => a - b);

test('the eigenvalues of a cyclic permutation are the roots of unity', async () => {
  for (const size of [2, 3, 5, 8, 64]) {
    const values = eigenvaluesOf(matrix(size, size, (i, j) => (j === (i + 1) % size ? 1 : 0)));
    await expectClose(values.map(magnitude), Array(size).fill(1), { absolute: 1e-9 });
    const step = (2 * Math.PI) / size;
    const angles = byAngle(values);
    for (let i = 1; i < size; i++) expect(angles[i]! - angles[i - 1]!).toBeCloseTo(step, 6);
  }
});

test('the powers of random eigenvalues sum to the traces of the powers of the matrix', async () => {
  for (const size of [1, 2, 7, 19, 64]) {
    const a = random(`a${size}`, size).map(row => row.map(x => x / Math.sqrt(size)));
    const product = (x: number[][], y: number[][]) =>
      x.map(row => y[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * y[k]![j]!, 0)));
    const trace = (x: number[][]) => x.reduce((sum, row, i) => sum + row[i]!, 0);
    const values = eigenvaluesOf(a);
    const powers = [a, product(a, a), product(product(a, a), a)];
    const sums = [1, 2, 3].map(power =>
      values.reduce((sum, z) => sum + magnitude(z) ** power * Math.cos(power * Math.atan2(z.imaginary, z.real)), 0),
    );
    await expectClose(sums, powers.map(trace), { absolute: 1e-9 });
    expect(values.reduce((sum, { imaginary }) => sum + imaginary, 0)).toBeCloseTo(0, 9);
  }
});

test('matrices on which other QR iterations never end have their eigenvalues', async () => {
  const bad = [
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 1],
    [0, 0, 0, 1, 0],
    [1, 1, 0, 0, 1],
    [1, 0, 1, 0, 1],
  ];
  const values = eigenvaluesOf(bad);
  expect(values).toHaveLength(5);
  expect(values.reduce((sum, { real }) => sum + real, 0)).toBeCloseTo(1, 9);
  expect(eigenvaluesOf(matrix(33, 33, () => 1))[0]!.real).toBeCloseTo(33, 9);
  expect(eigenvaluesOf(matrix(3, 3, () => 0)).map(magnitude)).toEqual([0, 0, 0]);
  for (const scale of [1e-300, 1e200]) {
    const scaled = eigenvaluesOf([
      [2 * scale, scale],
      [0, -scale],
    ]);
    await expectClose(
      scaled.map(({ real }) => real / scale),
      [2, -1],
      { absolute: 1e-9 },
    );
  }
  for (let seed = 0; seed < 300; seed++) {
    const values = normalValues(seed, 'sparse', 36);
    const sparse = matrix(6, 6, (i, j) => (values[6 * i + j]! > 0.5 ? 1 : 0));
    const sum = eigenvaluesOf(sparse).reduce((sum, { real }) => sum + real, 0);
    expect(sum).toBeCloseTo(
      sparse.reduce((sum, row, i) => sum + row[i]!, 0),
      6,
    );
  }
});

test('singular values are those of matrices with known ones, tall, wide and of rank 1', async () => {
  const cosines = (size: number) =>
    matrix(size, size, (i, k) => Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI / size) * (i + 0.5) * k));
  const [u, v] = [cosines(11), cosines(7)];
  const known = [9, 4, 3, 1, 1e-3, 1e-7, 0];
  const made = matrix(11, 7, (i, j) => known.reduce((sum, value, k) => sum + u[i]![k]! * value * v[j]![k]!, 0));
  await expectClose(singularValuesOf(made), known, { absolute: 1e-13 });
  const wide = matrix(7, 11, (i, j) => made[j]![i]!);
  await expectClose(singularValuesOf(wide), known, { absolute: 1e-13 });
  const ones = singularValuesOf(matrix(64, 64, () => 1));
  await expectClose(ones, [64, ...Array(63).fill(0)], { absolute: 1e-9 });
});
