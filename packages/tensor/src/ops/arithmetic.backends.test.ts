import { expect, test } from 'vitest';
import {
  add,
  affine,
  dispose,
  div,
  maximum,
  minimum,
  mul,
  scalarMinus,
  sub,
  type Tensor,
  tensor,
  tidy,
} from '../index.js';
import { expectOp } from '../testing/expect-op.js';
import { type Grid, grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

type Two = (a: Tensor, b: Tensor | number) => Tensor;

const ops: Record<string, [Two, (a: number, b: number) => number]> = {
  add: [add, (a, b) => a + b],
  sub: [sub, (a, b) => a - b],
  mul: [mul, (a, b) => a * b],
  div: [div, (a, b) => a / b],
  maximum: [maximum, Math.max],
  minimum: [minimum, Math.min],
};

/** Every way in which axes may be repeated, on either side. */
const shapes: [number[], number[], number[]][] = [
  [
    [2, 3, 5],
    [2, 3, 5],
    [2, 3, 5],
  ],
  [[2, 3, 5], [5], [2, 3, 5]],
  [
    [3, 1],
    [2, 3, 5],
    [2, 3, 5],
  ],
  [
    [2, 1, 5],
    [3, 1],
    [2, 3, 5],
  ],
  [[], [3, 2], [3, 2]],
  [
    [1, 7],
    [1, 1],
    [1, 7],
  ],
  [
    [2, 1, 3, 1, 2],
    [5, 1, 3, 1],
    [2, 5, 3, 3, 2],
  ],
];

const broadcast = (a: Grid, b: Grid, shape: number[], f: (a: number, b: number) => number) =>
  grid(shape, (...index) => f(a.at(...index), b.at(...index)));

for (const [name, [ours, reference]] of Object.entries(ops)) {
  test(`${name} broadcasts both sides, and its gradient sums over what was repeated`, async () => {
    for (const [a, b, shape] of shapes) {
      await expectOp({
        inputs: { a: sample(a, 3, -2, 2), b: sample(b, 5, name === 'div' ? 0.5 : -2, 2) },
        run: t => ours(t.a, t.b),
        reference: g => broadcast(g.a, g.b, shape, reference),
      });
    }
  });

  test(`${name} takes a number on the right`, async () => {
    for (const number of [-0.75, 0, 1, 3]) {
      if (name === 'div' && number === 0) continue;
      await expectOp({
        inputs: { a: sample([2, 3], 3, -2, 2) },
        run: t => ours(t.a, number),
        reference: g => grid([2, 3], (...index) => reference(g.a.at(...index), number)),
      });
    }
  });
}

test('scalarMinus takes a number on the left, affine scales and shifts', async () => {
  await expectOp({
    inputs: { x: sample([2, 3]) },
    run: t => scalarMinus(0.75, t.x),
    reference: g => grid([2, 3], (...index) => 0.75 - g.x.at(...index)),
  });
  for (const [scale, shift] of [
    [1, 0],
    [1, 3],
    [-2.5, 0],
    [-2.5, 3],
  ] as const)
    await expectOp({
      inputs: { x: sample([2, 3]) },
      run: t => affine(t.x, scale, shift),
      reference: g => grid([2, 3], (...index) => scale * g.x.at(...index) + shift),
    });
});

test('whole numbers stay whole and exact up to ±2²⁴', async () => {
  const most = 2 ** 24;
  const a = tensor([most - 1, -most, 7], [3], 'int32');
  const b = tensor([1, 0, -4], [3], 'int32');
  const expected: [Tensor, number[]][] = [
    [add(a, b), [most, -most, 3]],
    [sub(a, b), [most - 2, -most, 11]],
    [mul(sub(a, b), b), [most - 2, 0, -44]],
    [maximum(a, b), [most - 1, 0, 7]],
    [minimum(a, b), [1, -most, -4]],
    [add(b, 4095), [4096, 4095, 4091]],
    [mul(b, 4095), [4095, 0, -16380]],
    [sub(b, 2), [-1, -2, -6]],
    [scalarMinus(2, b), [1, 2, 6]],
  ];
  for (const [result, values] of expected) {
    expect(result.dtype).toBe('int32');
    expect([...(await result.data())]).toEqual(values);
  }
  dispose([a, b, expected.map(([result]) => result)]);
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const [a, b] = [tensor([1, 2, 3, 4, 5, 6], [2, 3]), tensor([1, 2], [2])];
    const ids = tensor([1, 2], [2], 'int32');
    const flags = tensor([1, 0], [2], 'bool');
    const deep = tensor([1], [1, 1, 1, 1, 1, 1]);
    expect(messageOf(() => add(a, b))).toBe('add: [2, 3] and [2] do not broadcast');
    expect(messageOf(() => mul(b, ids))).toBe('mul: float32 and int32 do not mix; convert one');
    expect(messageOf(() => mul(flags, b))).toBe('mul: bool does not fit; convert with toFloat or toInt');
    expect(messageOf(() => mul(ids, 0.5))).toBe(
      'mul: 0.5 is not a whole number and x is int32; convert x with toFloat',
    );
    expect(messageOf(() => scalarMinus(0.5, ids))).toBe(
      'scalarMinus: 0.5 is not a whole number and x is int32; convert x with toFloat',
    );
    expect(messageOf(() => div(ids, 2))).toBe('div: integers do not divide into integers; convert with toFloat');
    expect(messageOf(() => affine(ids, 2, 1))).toBe('affine: x is int32; convert with toFloat');
    expect(messageOf(() => add(deep, b))).toBe('add: [1, 1, 1, 1, 1, 1] and [2] differ and have more than 5 axes');
  });
});
