import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { dispose, gradients, rotate, tensor, tidy, zeros } from '../index.js';
import { expectOp, toTensor } from '../testing/expect-op.js';
import { type Grid, grid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

/** Tables of cos and sin of position · 10000^(-i / pairs), exact in 32-bit floats. */
const tables = (positions: number, pairs: number) => {
  const angle = (position: number, i: number) => position * 10_000 ** (-i / pairs);
  const of = (f: (x: number) => number) =>
    grid([positions, pairs], (position, i) => Math.fround(f(angle(position!, i!))));
  return { cos: of(Math.cos), sin: of(Math.sin) };
};

/** Pair i, (i, i + pairs) or (2i, 2i + 1), rotated by the angle of its position. */
const rotateOf = (x: Grid, { cos, sin }: { cos: Grid; sin: Grid }, ids: Grid, interleaved: boolean): Grid => {
  const pairs = cos.shape[1]!;
  return grid(x.shape, (b, h, t, d) => {
    if (d! >= 2 * pairs) return x.at(b!, h!, t!, d!);
    const [pair, second] = interleaved ? [Math.floor(d! / 2), d! % 2] : [d! % pairs, Math.floor(d! / pairs)];
    const [first, last] = interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + pairs];
    const position = ids.at(b!, t!);
    const [c, s] = [cos.at(position, pair), sin.at(position, pair)];
    const [a, z] = [x.at(b!, h!, t!, first), x.at(b!, h!, t!, last)];
    return second ? z * c + a * s : a * c - z * s;
  });
};

for (const interleaved of [false, true])
  test(`${interleaved ? 'neighbours' : 'halves'} are rotated, whole heads and parts of them`, async () => {
    for (const [headDim, pairs] of [
      [6, 3],
      [8, 3],
      [7, 1],
    ] as const) {
      const table = tables(11, pairs);
      for (const ids of [grid([1, 5], (_, t) => t! + 4), grid([2, 5], (b, t) => (7 * b! + 3 * t!) % 11)])
        await expectOp({
          inputs: { x: sample([2, 3, 5, headDim], 3, -2, 2) },
          run: ({ x }) =>
            tidy(() => {
              const [cos, sin] = [toTensor(table.cos), toTensor(table.sin)];
              return rotate(x, { cos, sin, ids: toTensor(ids, 'int32') }, { interleaved });
            }),
          reference: ({ x }) => rotateOf(x, table, ids, interleaved),
        });
    }
  });

test('one position of one sequence, as in decoding, and position 0 changes nothing', async () => {
  const table = tables(4096, 4);
  const x = sample([1, 2, 1, 8], 3);
  const [cos, sin, input] = [toTensor(table.cos), toTensor(table.sin), toTensor(x)];
  for (const position of [0, 4095]) {
    const ids = tensor([position], [1, 1], 'int32');
    const output = rotate(input, { cos, sin, ids });
    const expected =
      position === 0
        ? x
        : rotateOf(
            x,
            table,
            grid([1, 1], () => position),
            false,
          );
    await expectClose(output, expected, { absolute: 1e-6 });
    dispose([ids, output]);
  }
  dispose([cos, sin, input]);
});

test('the tables are constants: no gradient reaches them', () => {
  const [x, cos, sin, ids] = [zeros([2, 3, 5, 6]), zeros([11, 3]), zeros([11, 3]), zeros([1, 5], 'int32')];
  const result = gradients(() => rotate(x, { cos, sin, ids }), { x, cos, sin }, x);
  expect(result.gradients.x!.shape).toEqual(x.shape);
  expect([result.gradients.cos, result.gradients.sin]).toEqual([undefined, undefined]);
  dispose([x, cos, sin, ids, result]);
});

test('what does not fit throws with both sides', () => {
  tidy(() => {
    const x = zeros([2, 3, 5, 6]);
    const [cos, sin] = [zeros([11, 3]), zeros([11, 3])];
    const ids = zeros([1, 5], 'int32');
    const message = (more: object) => messageOf(() => rotate(x, { cos, sin, ids, ...more }));
    const start = 'rotate: x [2, 3, 5, 6] is [batch, heads, length, headDim];';
    expect(message({ ids: zeros([3, 5], 'int32') })).toBe(
      `${start} cos [11, 3], sin [11, 3] and ids [3, 5] do not fit; they are [positions, pairs], the same, and ` +
        '[1 | batch, length]',
    );
    expect(message({ cos: zeros([11, 4]), sin: zeros([11, 4]) })).toBe(
      `${start} cos [11, 4], sin [11, 4] and ids [1, 5] do not fit; they are [positions, pairs], the same, and ` +
        '[1 | batch, length]',
    );
    expect(message({ sin: zeros([10, 3]) })).toContain('cos [11, 3], sin [10, 3]');
    expect(message({ ids: zeros([1, 5]) })).toBe('rotate: ids must be int32, not float32');
  });
});
