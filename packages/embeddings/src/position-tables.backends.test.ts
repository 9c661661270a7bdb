import { emptyScope, init, type PositionEncoding, PositionTableCache, stepPositions } from '@residual/layers';
import { capture, dispose, keep, memoryUsage, type Tensor, tensor, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { clearPrograms, compiledPrograms } from '@residual/testkit/compiled-programs';
import { expect, test } from 'vitest';
import { relativeBucket, relativePositions } from './relative.js';
import { rotary } from './rotary.js';
import { sinusoidalPositions } from './sinusoidal.js';

const dim = 2 ** 17; // so wide that 4 MB are 16 rows of angles, and 8 of sinusoids
const schemes: Record<string, PositionEncoding> = {
  rotary: rotary({ headDim: dim, storedPositions: 2 ** 31 - 1 }),
  sinusoidal: sinusoidalPositions({ dim, maxPositions: 2 ** 31 - 1, layout: 'halves' }),
};
const near = [0, 1, dim / 2, dim / 2 + 1]; // where angles are large

/** The entries `near` of one step at `position` of a sequence for which the cache has `capacity`. */
const expected = (name: string, position: number) => {
  const angles = [position, position * 10000 ** (-2 / dim)];
  return near.map((_, i) => {
    const [sin, cos] = [Math.sin(angles[i % 2]!), Math.cos(angles[i % 2]!)];
    if (name === 'rotary') return i < 2 ? cos - sin : cos + sin; // of ones
    return i < 2 ? 1 + sin : 1 + cos;
  });
};

test.each(Object.entries(schemes))(
  '%s: however many positions are claimed, tables are made for those that are used, and doubled',
  async (name, scheme) => {
    const weights = init(scheme, { seed: 1 });
    const leaves = Object.values(weights as Record<string, Tensor>);
    for (const { size } of leaves) expect(size).toBe(2 ** 20);
    const [x, before] = [
      keep(tensor(new Float32Array(dim).fill(1), name === 'rotary' ? [1, 1, 1, dim] : [1, 1, dim])),
      memoryUsage(),
    ];
    const tables = new PositionTableCache();
    const step = (id: Tensor, total: number, capacity: number) => {
      const scope = emptyScope.with(stepPositions, { positionIds: id, totalLength: total, capacity, tables });
      return scheme.onHeads?.(weights, x, scope) ?? scheme.onInput!(weights, x, scope);
    };
    const idOf = (position: number) => tensor([position], [1, 1], 'int32');
    const check = async (y: Tensor, position: number) => {
      const values = await y.data();
      y.dispose();
      await expectClose(
        near.map(i => values[i]!),
        expected(name, position),
        { absolute: 1e-5 },
      );
    };
    for (const [capacity, positions] of [
      [8, [0, 7]],
      [32, [8, 20, 31]],
      [64, [40, 63]],
    ] as const) {
      let held: unknown;
      for (const position of positions) {
        await check(
          tidy(() => step(idOf(position), position + 1, capacity)),
          position,
        );
        held ??= memoryUsage();
        expect(memoryUsage()).toEqual(held); // the same tables serve all steps of one capacity
      }
    }
    const [id, other] = [idOf(33), idOf(50)];
    const { outputs, graph } = capture(ids => [step(ids!, 34, 64)], [id]);
    await check(outputs[0]!, 33);
    await check(graph.replay([other])[0]!, 50);
    graph.dispose();
    dispose([id, other]);
    tables.dispose();
    expect(memoryUsage()).toEqual(before);
    // Without a cache, tables are made for the step and freed with it.
    await check(
      tidy(() => step(idOf(9), 10, 16)),
      9,
    );
    tables.dispose();
    dispose([x, weights]);
  },
);

test('steps of one capacity compile no program beyond those of the first', async () => {
  const scheme = rotary({ headDim: dim });
  const weights = init(scheme, { seed: 1 });
  const x = tensor(new Float32Array(dim).fill(1), [1, 1, 1, dim]);
  const tables = new PositionTableCache();
  const step = async (position: number) => {
    const y = tidy(() =>
      scheme.onHeads!(
        weights,
        x,
        emptyScope.with(stepPositions, {
          positionIds: tensor([position], [1, 1], 'int32'),
          totalLength: position + 1,
          capacity: 32,
          tables,
        }),
      ),
    );
    await y.data();
    y.dispose();
  };
  clearPrograms();
  await step(17);
  const first = await compiledPrograms();
  for (const position of [18, 25, 31]) await step(position);
  expect(await compiledPrograms()).toBe(first);
  tables.dispose();
  dispose([x, weights]);
});

test('relative positions support distances of 10⁹ and make buckets only for the distances that occur', async () => {
  const options = { heads: 2, buckets: 8, maxDistance: 1e9, bidirectional: true };
  const scheme = relativePositions(options);
  const weights = {
    weight: tensor(
      Float32Array.from({ length: 16 }, (_, i) => i),
      [8, 2],
    ),
  };
  const [queryLen, keyLen] = [3, 301];
  const ids = tensor([0, 150, 300], [1, queryLen], 'int32');
  const bias = tidy(() =>
    scheme.onScores!(
      weights,
      { heads: 2, queryLen, keyLen },
      emptyScope.with(stepPositions, { positionIds: ids, totalLength: keyLen }),
    ),
  );
  const values = await bias.data();
  expect(bias.shape).toEqual([1, 2, queryLen, keyLen]);
  const wanted = [0, 1].flatMap(head =>
    [0, 150, 300].flatMap(query =>
      Array.from({ length: keyLen }, (_, key) => 2 * relativeBucket(key - query, options) + head),
    ),
  );
  expect([...values]).toEqual(wanted);
  dispose([weights, ids, bias]);
});
