import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { dispose, gradients, matMul, type Tensor, tensor, tidy, zeros } from '../index.js';
import { sizeOf } from '../shape.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { fromValues, type Grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

const swapped = (shape: readonly number[]) => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];

/** [..., m, k] and [..., k, n], each read transposed if asked. */
const product = (a: Grid, b: Grid, transposeA: boolean, transposeB: boolean) => {
  const [left, right] = [transposeA ? swapped(a.shape) : a.shape, transposeB ? swapped(b.shape) : b.shape];
  const [m, k, n] = [left.at(-2)!, left.at(-1)!, right.at(-1)!];
  const [rowStep, aStep] = transposeA ? [1, m] : [k, 1];
  const [bStep, columnStep] = transposeB ? [1, k] : [n, 1];
  const shape = [...left.slice(0, -1), n];
  const values = new Float64Array(sizeOf(shape));
  for (let flat = 0; flat < values.length; flat++) {
    const [lead, i, j] = [Math.floor(flat / (m * n)), Math.floor(flat / n) % m, flat % n];
    const [x, y] = [lead * m * k + i * rowStep, lead * k * n + j * columnStep];
    for (let l = 0; l < k; l++) values[flat]! += a.values[x + l * aStep]! * b.values[y + l * bStep]!;
  }
  return fromValues(shape, values);
};

for (const transposeA of [false, true])
  for (const transposeB of [false, true]) {
    const how = `${transposeA ? 'aᵀ' : 'a'} ${transposeB ? 'bᵀ' : 'b'}`;
    test(`${how} equals the loops for 2 to 5 axes, with gradients`, async () => {
      for (const lead of [[], [2], [2, 3], [3, 2, 1]]) {
        const [left, right] = [
          [...lead, 3, 5],
          [...lead, 5, 7],
        ];
        await expectOp({
          inputs: {
            a: sample(transposeA ? swapped(left) : left, 3),
            b: sample(transposeB ? swapped(right) : right, 5),
          },
          run: t => matMul(t.a, t.b, { transposeA, transposeB }),
          reference: g => product(g.a, g.b, transposeA, transposeB),
        });
      }
    });

    test(`${how} over a long inner axis is not split wrongly`, async () => {
      for (const [m, k, n] of [
        [16, 2048, 16],
        [1, 2052, 132],
        [8, 2000, 36],
      ] as const) {
        const a = sample(transposeA ? [k, m] : [m, k], 3);
        const b = sample(transposeB ? [n, k] : [k, n], 5);
        const [x, y] = [toTensor(a), toTensor(b)];
        const result = matMul(x, y, { transposeA, transposeB });
        await expectClose(result, product(a, b, transposeA, transposeB), { absolute: 1e-4 });
        dispose([x, y, result]);
      }
    });
  }

test('gradients over a long inner axis are not split wrongly', async () => {
  const [m, k, n] = [16, 24, 2052];
  const [a, b, dy] = [sample([m, k], 3), sample([k, n], 5), sample([m, n], 7)];
  const [x, y, upstream] = [a, b, dy].map(g => toTensor(g)) as [Tensor, Tensor, Tensor];
  const output = gradients(() => matMul(x, y), { x, y }, upstream);
  await expectClose(output.gradients.x!, product(dy, b, false, true), { absolute: 1e-4 });
  await expectClose(output.gradients.y!, product(a, dy, true, false), { absolute: 1e-4 });
  dispose([x, y, upstream, output]);
});

test('sums over an inner axis of length 0 are 0', async () => {
  const [a, b] = [tensor([], [3, 0]), tensor([], [5, 0])];
  const product = matMul(a, b, { transposeB: true });
  expect([product.shape, ...(await product.data())]).toEqual([[3, 5], ...Array(15).fill(0)]);
  dispose([a, b, product]);
});

test('nothing is broadcast, and what does not fit is named with both sides', () => {
  tidy(() => {
    const of = (...shape: number[]) => zeros(shape);
    const fit = 'do not fit; they are [..., m, k] and [..., k, n] with equal leading axes';
    const grouped = [of(2, 4, 5, 7), of(2, 1, 7, 3)] as const;
    expect(messageOf(() => matMul(...grouped))).toBe(`matMul: [2, 4, 5, 7] and [2, 1, 7, 3] ${fit}`);
    expect(messageOf(() => matMul(of(2, 3, 5), of(5, 7)))).toBe(`matMul: [2, 3, 5] and [5, 7] ${fit}`);
    expect(messageOf(() => matMul(of(3, 5), of(5, 7), { transposeB: true }))).toBe(
      `matMul: [3, 5] and [5, 7] transposed ${fit}`,
    );
    expect(messageOf(() => matMul(of(5), of(5)))).toBe(`matMul: [5] and [5] ${fit}`);
    const ids = tensor([1], [1, 1], 'int32');
    expect(messageOf(() => matMul(ids, ids))).toBe(
      'matMul: int32 and int32 are not both float32; convert with toFloat',
    );
  });
});
