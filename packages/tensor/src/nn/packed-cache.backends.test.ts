import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  appendToCache,
  attend,
  type CacheForm,
  cacheTensor,
  capture,
  clone,
  dispose,
  emptyCache,
  gradients,
  memoryUsage,
  type PackedCacheForm,
  pack,
  packCache,
  ResidualError,
  requireBackend,
  reshape,
  resizeCache,
  type Tensor,
  tensor,
  tidy,
  unpack,
  unpackCache,
  zeros,
} from '../index.js';
import { toTensor } from '../testing/expect-op.js';
import { fromValues, type Grid, grid, integerGrid, sample } from '../testing/grid.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';
import { referenceAttention } from '../testing/reference-attention.js';

onDevice();

const forms: readonly PackedCacheForm[] = ['f16', 'int8'];
const positionOf = (position: number) => tensor([position], [1], 'int32');

/** What a grid means after it was packed as a matrix of rows, which has tests of its own. */
async function rounded({ shape, values }: Grid, form: PackedCacheForm): Promise<Grid> {
  const width = shape.at(-1)!;
  const matrix = pack(Float32Array.from(values), [values.length / width, width], form);
  const entries = unpack(matrix);
  const numbers = Float64Array.from(await entries.data());
  dispose([matrix, entries]);
  return fromValues(shape, numbers);
}

/** Numbers of many sizes, with a group of zeros. */
const rowsOf = (shape: number[], seed: number) => {
  const values = sample(shape, seed, -3, 3);
  return grid(shape, (b, h, t, d) => (t === 1 && d! < 32 ? 0 : values.at(b!, h!, t!, d!) * 10 ** ((d! % 9) - 5)));
};

test.each(forms)('%s: rows get the numbers of a packed matrix, and the others stay', async form => {
  const shape: [number, number, number, number] = [2, 3, 7, 37];
  for (const [length, position] of [
    [3, 2],
    [1, 6],
    [3, 5],
  ] as const)
    await expectNoLeak(async () => {
      const [before, rows] = [rowsOf(shape, 3), rowsOf([2, 3, length, 37], 5)];
      const [x, at] = [
        [before, rows].map(({ shape, values }) => tensor([...values], shape)),
        [positionOf(0), positionOf(position)],
      ];
      const filled = appendToCache(emptyCache(form, shape), x[0]!, at[0]!);
      const cache = appendToCache(filled, x[1]!, at[1]!);
      const [old, added, entries] = [await rounded(before, form), await rounded(rows, form), unpackCache(cache)];
      expect([cache.shape, entries.shape]).toEqual([shape, shape]);
      const expected = grid(shape, (b, h, t, d) =>
        t! >= position && t! < position + length ? added.at(b!, h!, t! - position, d!) : old.at(b!, h!, t!, d!),
      );
      await expectClose(entries, expected, { absolute: 0, relative: 1e-7 });
      dispose([x, at, cache, entries]);
    });
});

/** Whether every new shape compiles a program, so that fewer of them are tried. */
const isGpu = requireBackend().startsWith('webg');

test.each([['f16', 5, 3], ...(isGpu ? [] : [['int8', 32, 64] as const]), ['int8', 37, 5]] as const)(
  '%s of headDim %i and valueDim %i: attend is that over the numbers',
  async (form, headDim, valueDim) => {
    for (const [queryLen, position] of requireBackend().startsWith('webg')
      ? [[3, 4]]
      : [
          [1, 4],
          [3, 4],
          [1, 12],
        ])
      await expectNoLeak(async () => {
        const query = sample([2, 6, queryLen!, headDim], 3, -2, 2);
        const [key, value] = [sample([2, 2, 13, headDim], 5, -2, 2), sample([2, 2, 13, valueDim], 7)];
        const bias = sample([1, 6, 1, 13], 11, -1, 1);
        const beamIndices = integerGrid([2, 13], 3, 0, 2);
        const tensors = [query, key, value, bias].map(each => toTensor(each)) as [Tensor, Tensor, Tensor, Tensor];
        const ints = [positionOf(position!), tensor([2, 0], [2], 'int32'), toTensor(beamIndices, 'int32')] as const;
        const caches = [packCache(tensors[1], form), packCache(tensors[2], form)] as const;
        const inputs = { query: tensors[0], key: caches[0], value: caches[1], bias: tensors[3], position: ints[0] };
        const options = { causal: true, window: 6, softCap: 4 };
        const y = attend({ ...inputs, keyStart: ints[1], beamIndices: ints[2] }, options);
        const numbers = { query, key: await rounded(key, form), value: await rounded(value, form), bias, beamIndices };
        const expected = referenceAttention({ ...numbers, position: position!, keyStart: [2, 0], ...options });
        await expectClose(y, expected, { absolute: 1e-4 * Math.max(...[...expected.values].map(Math.abs)) });
        dispose([tensors, ints, caches, y]);
      });
  },
);

test.each(forms)('%s: a captured step appends and attends', async form => {
  const shape: [number, number, number, number] = [1, 2, 5, 33];
  const [x, first, second] = [toTensor(sample([1, 2, 1, 33], 3)), positionOf(0), positionOf(3)];
  const step = (row: Tensor, held: Tensor, position: Tensor): Tensor[] => {
    const old = { ...(emptyOf(form, shape) as object), words: held, dispose: () => held.dispose() };
    const cache = appendToCache(old as ReturnType<typeof emptyCache>, row, position);
    return [attend({ query: row, key: cache, value: cache, position }, { causal: true }), cacheTensor(cache)];
  };
  const { outputs, graph } = capture(step as (...inputs: Tensor[]) => Tensor[], [
    x,
    cacheTensor(emptyCache(form, shape)),
    first,
  ]);
  const [replayed, eager] = [outputs[1]!, clone(outputs[1]!)].map((words, i) =>
    i === 0 ? graph.replay([x, words, second]) : step(x, words, second),
  );
  for (const [i, result] of replayed!.entries()) await expectClose(result, await eager![i]!.data(), { absolute: 1e-6 });
  dispose([x, first, second, outputs[0], replayed, eager, graph]);
});

/** The form and the shape of a cache, as one that was disposed has them. */
const emptyOf = (form: CacheForm, shape: [number, number, number, number]) => {
  const { form: same, shape: whole } = tidy(() => emptyCache(form, shape)) as unknown as Record<string, unknown>;
  return { form: same, shape: whole };
};

test.each(['f32', ...forms] as const)('%s: a cache grows, and keeps some of its sequences', async form => {
  await expectNoLeak(async () => {
    const rows = sample([3, 2, 5, 37], 3);
    const [x, at, order] = [toTensor(rows), positionOf(0), tensor([2, 0], [2], 'int32')];
    const cache = appendToCache(emptyCache(form, [3, 2, 5, 37]), x, at);
    const grown = resizeCache(cache, { filled: 5, capacity: 7 });
    const chosen = resizeCache(grown, { filled: 3, capacity: 7, sequences: order });
    const numbers = form === 'f32' ? rows : await rounded(rows, form);
    const [all, some] = [unpackCache(grown), unpackCache(chosen)];
    await expectClose(
      all,
      grid([3, 2, 7, 37], (b, h, t, d) => (t! < 5 ? numbers.at(b!, h!, t!, d!) : 0)),
      { absolute: 1e-6 },
    );
    await expectClose(
      some,
      grid([2, 2, 7, 37], (b, h, t, d) => (t! < 3 ? numbers.at(2 - 2 * b!, h!, t!, d!) : 0)),
      { absolute: 1e-6 },
    );
    expect([chosen.shape, grown.shape]).toEqual([
      [2, 2, 7, 37],
      [3, 2, 7, 37],
    ]);
    expect(messageOf(() => resizeCache(grown, { filled: 6, capacity: 5 }))).toBe(
      'resizeCache: 6 filled positions do not fit capacities of 7 and 5',
    );
    dispose([x, at, order, cache, grown, chosen, all, some]);
  });
});

test.skipIf(isGpu)('the query has a gradient, and the cache has none', async () => {
  const [query, key] = [sample([1, 2, 3, 32], 3), sample([1, 2, 5, 32], 5)];
  const [q, k, dy] = [toTensor(query), toTensor(key), toTensor(sample([1, 2, 3, 32], 7))];
  const packed = packCache(k, 'int8');
  const dense = unpackCache(packed);
  const [actual, expected] = [packed, dense].map(cache =>
    gradients(() => attend({ query: q, key: cache, value: cache }), { q }, dy),
  );
  await expectClose(actual!.gradients.q!, await expected!.gradients.q!.data(), { absolute: 1e-6 });
  const none = gradients(() => tidy(() => unpackCache(packCache(k, 'f16'))), { k }, k);
  expect(none.gradients.k === undefined || [...(await none.gradients.k.data())].every(each => each === 0)).toBe(true);
  dispose([q, k, dy, packed, dense, actual, expected, none]);
});

test('int8 takes a bit more than a quarter of the bytes, and f16 half', () => {
  const bytesOf = (form: CacheForm) => {
    const before = memoryUsage().bytes;
    const cache = emptyCache(form, [1, 2, 4, 64]);
    const bytes = memoryUsage().bytes - before;
    cache.dispose();
    return bytes;
  };
  expect((['f32', 'f16', 'int8'] as const).map(bytesOf)).toEqual([2048, 1024, 544]);
});

test('what does not fit is refused with both sides', () => {
  expect(() => emptyCache('int4' as CacheForm, [1, 1, 1, 1])).toThrow(
    new ResidualError('option', 'emptyCache: cache is "int4"; f32, f16 or int8 would fit'),
  );
  tidy(() => {
    const cache = emptyCache('int8', [1, 2, 5, 3]);
    expect(messageOf(() => appendToCache(cache, zeros([1, 2, 6, 3]), positionOf(0)))).toBe(
      'appendToCache: x [1, 2, 6, 3] does not fit the cache [1, 2, 5, 3]; they are [batch, kvHeads, length | ' +
        'capacity, headDim]',
    );
    expect(messageOf(() => packCache(reshape(zeros([6]), [2, 3]), 'int8'))).toBe(
      'packCache: x [2, 3] is not [batch, kvHeads, length, headDim]',
    );
  });
});
