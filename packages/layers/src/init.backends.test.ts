import { dispose, memoryUsage, normalValues, ResidualError, tidy } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { init, layer, linear, matrix, table, vector } from './index.js';

const small = layer({ first: linear({ in: 3, out: 5 }), scale: vector([7], 1) }, (_, x: number) => x);

test('the same seed gives the same numbers on every backend', async () => {
  const weights = init(linear({ in: 3, out: 2 }), { seed: 7 });
  // Box-Muller on the hash of (7, 'weight', 0 .. 5), times 0.02, computed without this package.
  const known = [
    [-0.001051548, 0.009308797, 0.005422715],
    [-0.005733875, 0.012005558, 0.026815637],
  ];
  await expectClose(weights.weight as never, known, { absolute: 1e-9 });
  dispose(weights);
});

test('a leaf depends on the seed and its path alone', async () => {
  const [one, other] = [init(small, { seed: 1 }), init(small, { seed: 2 })];
  const expected = normalValues(1, 'first.weight', 15).map(value => value * 0.02);
  await expectClose(one.first.weight as never, expected, { absolute: 0 });
  const larger = layer({ before: linear({ in: 2, out: 2 }), first: small.needs.first }, (_, x: number) => x);
  const among = init(larger, { seed: 1 });
  await expectClose(among.first.weight as never, expected, { absolute: 0 });
  await expect(expectClose(other.first.weight as never, expected, { absolute: 1e-3 })).rejects.toThrow('differ');
  dispose([one, other, among]);
});

test('vectors are initialized to their value, matrices with their standard deviation', async () => {
  const weights = init(
    { needs: { zero: vector([3]), one: vector([2, 3], 1), wide: matrix([61, 83], { std: 0.5 }) } },
    { seed: 3 },
  );
  await expectClose(weights.zero, [0, 0, 0], { absolute: 0 });
  await expectClose(
    weights.one,
    [
      [1, 1, 1],
      [1, 1, 1],
    ],
    { absolute: 0 },
  );
  await expectClose(
    weights.wide as never,
    normalValues(3, 'wide', 61 * 83).map(value => value / 2),
    { absolute: 0 },
  );
  dispose(weights);
});

test('a table is one tensor for all who need it, and an equal table another', async () => {
  const made: string[] = [];
  const tableOf = (name: string) =>
    table([2, 3], () => {
      made.push(name);
      return Float32Array.of(1, 2, 3, 4, 5, 6);
    });
  const [shared, own] = [tableOf('shared'), tableOf('own')];
  const before = memoryUsage().tensors;
  const weights = init({ needs: { layers: [{ table: shared }, { table: shared }], own } }, { seed: 1 });
  expect(weights.layers[0]!.table).toBe(weights.layers[1]!.table);
  expect(weights.layers[0]!.table).not.toBe(weights.own);
  expect(made).toEqual(['shared', 'own']);
  expect(memoryUsage().tensors - before).toBe(2);
  await expectClose(
    weights.own,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { absolute: 0 },
  );
  dispose(weights);
  expect(memoryUsage().tensors).toBe(before);
});

test('a failure frees what was made', () => {
  const broken = {
    needs: {
      first: linear({ in: 3, out: 2 }),
      last: table([2], () => {
        throw new Error('no numbers');
      }),
    },
  };
  const before = memoryUsage();
  expect(() => init(broken, { seed: 1 })).toThrow('no numbers');
  expect(memoryUsage()).toEqual(before);
});

test('what init makes outlives a tidy only when it is returned from it', async () => {
  await expectNoLeak(() => {
    const weights = tidy(() => init(small, { seed: 1 }));
    dispose(weights);
  });
});

test.each([-1, 0.5, 2 ** 32, Number.NaN])('a seed of %s is refused', seed => {
  expect(() => init(small, { seed })).toThrow(
    new ResidualError('seed', `init: seed is ${seed}; it must be a whole number from 0 to 4294967295`),
  );
});

test.each([0, -2, 1.5])('a leaf cannot have the length %s', length => {
  const message = (name: string) => `${name}: [3, ${length}] has a length that is not a whole number above 0`;
  expect(() => vector([3, length])).toThrow(message('vector'));
  expect(() => matrix([3, length])).toThrow(message('matrix'));
  expect(() => table([3, length], () => new Float32Array())).toThrow(message('table'));
});
