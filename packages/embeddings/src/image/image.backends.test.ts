import { emptyScope, layer, type PositionEncoding } from '@residual/layers';
import { dispose, gradients, mul, normalValues, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  gridBias,
  gridPositions,
  learnedTokens,
  type PatchGrid,
  patchEmbedding,
  patchGrids,
  patchRotary,
  resizeWeights,
} from '../index.js';

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);
const values = (name: string, shape: readonly number[]) => normalValues(5, name, sizeOf(shape));
const numbers = (name: string, shape: number[]) => tensor(values(name, shape), shape);
const on = (...grids: PatchGrid[]) => emptyScope.with(patchGrids, grids);
const onInput = (scheme: PositionEncoding) =>
  layer({ scheme }, (w, x: Tensor, scope) => scheme.onInput!(w.scheme, x, scope));
const onHeads = (scheme: PositionEncoding) =>
  layer({ scheme }, (w, x: Tensor, scope) => scheme.onHeads!(w.scheme, x, scope));

test('patches are cut row after row; pixels that fill none are left out, and cut patches are read too', async () => {
  const [batch, height, width, channels, dim] = [2, 7, 7, 2, 3];
  const patches = patchEmbedding({ patch: [2, 3], channels, dim });
  const [pixels, matrix, bias] = [
    values('x', [batch, height, width, channels]),
    values('w', [dim, 12]),
    values('b', [3]),
  ];
  const cut: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 2; column++)
        for (let y = 0; y < 2; y++)
          for (let x = 0; x < 3; x++)
            for (let c = 0; c < channels; c++)
              cut.push(pixels[((b * height + 2 * row + y) * width + 3 * column + x) * channels + c]!);
  const expected = Array.from({ length: batch * 6 }, (_, patch) =>
    Array.from({ length: dim }, (_, o) =>
      Array.from({ length: 12 }, (_, i) => cut[patch * 12 + i]! * matrix[o * 12 + i]!).reduce(
        (total, product) => total + product,
        bias[o]!,
      ),
    ),
  ).flat();
  const weights = { weight: tensor(matrix, [dim, 12]), bias: tensor(bias, [dim]) };
  const [whole, given] = [tensor(pixels, [batch, height, width, channels]), tensor(cut, [batch, 6, 12])];
  for (const x of [whole, given]) {
    const y = patches(weights, x);
    expect(y.shape).toEqual([batch, 6, dim]);
    await expectClose(y, expected, { absolute: 1e-5 });
    y.dispose();
  }
  expect(patches.gridOf({ height, width })).toEqual({ rows: 3, columns: 2 });
  await expectNoLeak(() => patches(weights, whole).dispose());
  const small = numbers('small', [1, 1, 7, 2]);
  expect(() => patches(weights, small)).toThrow(
    'patchEmbedding: pictures [1, 1, 7, 2] are not [batch, height, width, 2] of 2 x 3 pixels or more, ' +
      'nor patches [batch, patches, 12]',
  );
  dispose([weights, whole, given, small]);
});

test('learned tokens are the same in every sequence, and their gradient is the sum over them', async () => {
  for (const count of [undefined, 2]) {
    const tokens = learnedTokens(count === undefined ? { dim: 3 } : { dim: 3, count });
    const rows = count ?? 1;
    const shape = count === undefined ? [3] : [count, 3];
    const weights = { weight: numbers('tokens', shape) };
    const y = tokens(weights, { batch: 2 });
    expect(y.shape).toEqual([2, rows, 3]);
    const own = [...values('tokens', shape)];
    await expectClose(y, [...own, ...own], { absolute: 1e-6 });
    const factors = numbers('factors', [2, rows, 3]);
    const { value, gradients: tree } = gradients(() => sum(mul(tokens(weights, { batch: 2 }), factors)), weights);
    const given = values('factors', [2, rows, 3]);
    const expected = Array.from({ length: rows * 3 }, (_, i) => given[i]! + given[rows * 3 + i]!);
    await expectClose(tree.weight!, expected, { absolute: 1e-5 });
    dispose([weights, y, factors, value, tree]);
  }
});

/** The table [from] resized to another grid, in float64. */
function resized(table: ArrayLike<number>, dim: number, from: PatchGrid, to: PatchGrid): number[] {
  const [rows, columns] = [
    resizeWeights(from.rows, to.rows, 'bicubic'),
    resizeWeights(from.columns, to.columns, 'bicubic'),
  ];
  const result: number[] = [];
  for (let y = 0; y < to.rows; y++)
    for (let x = 0; x < to.columns; x++)
      for (let d = 0; d < dim; d++) {
        let total = 0;
        for (let i = 0; i < from.rows; i++)
          for (let j = 0; j < from.columns; j++)
            total +=
              rows[y * from.rows + i]! * columns[x * from.columns + j]! * table[(i * from.columns + j) * dim + d]!;
        result.push(total);
      }
  return result;
}

test('positions of a grid are added, and resized for another one, with a gradient', async () => {
  const [dim, grid, other] = [3, { rows: 2, columns: 3 }, { rows: 5, columns: 2 }];
  const scheme = gridPositions({ grid, dim, prefix: 1 });
  const add = onInput(scheme);
  const weights = { scheme: { weight: numbers('table', [7, dim]) } };
  const table = [...values('table', [7, dim])];
  const x = numbers('x', [2, 7, dim]);
  const y = add(weights, x, on(grid));
  const given = values('x', [2, 7, dim]);
  await expectClose(
    y,
    Array.from(given, (value, i) => value + table[i % 21]!),
    { absolute: 1e-6 },
  );
  const zero = tensor(new Float32Array(11 * dim), [1, 11, dim]);
  const z = add(weights, zero, on(other));
  const expected = [...table.slice(0, dim), ...resized(table.slice(dim), dim, grid, other)];
  await expectClose(z, expected, { absolute: 1e-5 });
  const factors = numbers('factors', [1, 11, dim]);
  const loss = () => sum(mul(add(weights, zero, on(other)), factors));
  const { value, gradients: tree } = gradients(loss, weights);
  const f = values('factors', [1, 11, dim]);
  // The sum is linear in the table: its gradient is the sum for each unit table.
  const gradient = table.map((_, i) => {
    const unit = table.map((_, j) => Number(i === j));
    const sums = [...unit.slice(0, dim), ...resized(unit.slice(dim), dim, grid, other)];
    return sums.reduce((total, entry, j) => total + entry * f[j]!, 0);
  });
  await expectClose(tree.scheme!.weight!, gradient, { absolute: 1e-5 });
  await expectNoLeak(() => add(weights, zero, on(other)).dispose());
  expect(() => add(weights, x)).toThrow("gridPositions: there are no patchGrids at ''; an imageEncoder sets them");
  dispose([weights, x, y, zero, z, factors, value, tree]);
});

test('pictures with grids of their own have positions of their own, padded with their first', async () => {
  const [dim, grid] = [2, { rows: 2, columns: 2 }];
  const add = onInput(gridPositions({ grid, dim }));
  const weights = { scheme: { weight: numbers('table', [4, dim]) } };
  const table = [...values('table', [4, dim])];
  const x = tensor(new Float32Array(2 * 4 * dim), [2, 4, dim]);
  const [whole, wide] = [grid, { rows: 1, columns: 3 }];
  const y = add(weights, x, on(whole, wide));
  const second = resized(table, dim, grid, wide);
  await expectClose(y, [...table, ...second, ...second.slice(0, dim)], { absolute: 1e-5 });
  expect(() => add(weights, x, on(whole, { rows: 3, columns: 3 }))).toThrow(
    'gridPositions: a grid of 9 patches has an input of 4',
  );
  dispose([weights, x, y]);
});

test('rotary positions turn the patches by their rows and columns, and leave the tokens before them', async () => {
  const [headDim, prefix, grid] = [8, 1, { rows: 2, columns: 3 }];
  const turn = onHeads(patchRotary({ headDim, prefix, base: 10 }));
  const x = numbers('x', [1, 1, 7, headDim]);
  const y = turn({ scheme: {} }, x, on(grid));
  const given = values('x', [1, 1, 7, headDim]);
  const expected: number[] = [...given.subarray(0, headDim)];
  for (let patch = 0; patch < 6; patch++) {
    const row = given.subarray((1 + patch) * headDim, (2 + patch) * headDim);
    const [down, across] = [(2 * (Math.floor(patch / 3) + 0.5)) / 2 - 1, (2 * ((patch % 3) + 0.5)) / 3 - 1];
    const angles = [down, down * 10 ** -0.5, across, across * 10 ** -0.5].map(turns => 2 * Math.PI * turns);
    const turned = angles.map((angle, i) => [
      row[i]! * Math.cos(angle) - row[i + 4]! * Math.sin(angle),
      row[i + 4]! * Math.cos(angle) + row[i]! * Math.sin(angle),
    ]);
    expected.push(...turned.map(([first]) => first!), ...turned.map(([, second]) => second!));
  }
  await expectClose(y, expected, { absolute: 1e-5 });
  await expectNoLeak(() => turn({ scheme: {} }, x, on(grid)).dispose());
  expect(() => turn({ scheme: {} }, x, on(grid, grid))).toThrow(
    'patchRotary: 2 pictures have grids of their own; pictures of one size would fit',
  );
  expect(() => patchRotary({ headDim: 6 })).toThrow('patchRotary: headDim is 6; it must be a multiple of 4');
  dispose([x, y]);
});

test('the bias of two patches depends on their difference in rows and columns', async () => {
  const [heads, grid] = [2, { rows: 3, columns: 3 }];
  const scheme = gridBias({ grid, heads });
  const weights = { weight: numbers('table', [28, heads]) };
  const table = values('table', [28, heads]);
  const bias = scheme.onScores!(weights, { heads, queryLen: 10, keyLen: 10 }, on(grid));
  expect(bias.shape).toEqual([1, heads, 10, 10]);
  const data = await bias.data();
  const at = (head: number, query: number, key: number) => data[(head * 10 + query) * 10 + key]!;
  for (const head of [0, 1]) {
    const row = (index: number) => table[index * heads + head]!;
    expect(at(head, 0, 4)).toBeCloseTo(row(25), 6); // the class token to patches
    expect(at(head, 4, 0)).toBeCloseTo(row(26), 6);
    expect(at(head, 0, 0)).toBeCloseTo(row(27), 6);
    for (let query = 0; query < 9; query++)
      for (let key = 0; key < 9; key++) {
        const down = Math.floor(query / 3) - Math.floor(key / 3);
        const across = (query % 3) - (key % 3);
        expect(at(head, 1 + query, 1 + key)).toBeCloseTo(row((down + 2) * 5 + across + 2), 6);
      }
  }
  const other = scheme.onScores!(weights, { heads, queryLen: 5, keyLen: 5 }, on({ rows: 2, columns: 2 }));
  expect(other.shape).toEqual([1, heads, 5, 5]);
  expect(() => scheme.onScores!(weights, { heads, queryLen: 4, keyLen: 4 }, on(grid))).toThrow(
    'gridBias: 3 x 3 patches and a class token are 10 positions; there are 4 and 4',
  );
  dispose([weights, bias, other]);
});
