import { emptyScope, type PositionEncoding, record, replace, stepPositions, stepPositionsOf } from '@residual/layers';
import { add, dispose, mul, reshape, sliceAxis, type Tensor, tensor, tidy, toFloat } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Rows } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { numbers, randomWeights } from '../test/reference-attention.js';
import {
  Cache,
  cache as cacheSlot,
  causal,
  combineMasks,
  keyRange,
  padding,
  type SelfAttention,
  selfAttention,
  slidingWindow,
} from './index.js';

const [batch, length, modelDim] = [2, 13, 6];
const close = { absolute: 1e-5 };

/** A position encoding that reveals wrong positions: heads times 1 + position / 8. */
const counted: PositionEncoding = {
  needs: {},
  onHeads: (_: unknown, x: Tensor, scope) => {
    const { positionIds } = stepPositionsOf(scope, x.shape[2]!);
    return mul(x, add(mul(reshape(toFloat(positionIds), [-1, 1, x.shape[2]!, 1]), 1 / 8), 1));
  },
};
const dims = { modelDim, heads: 2, kvHeads: 1, headDim: 5, positionEncoding: counted };
const attention = selfAttention({ ...dims, mask: causal() });

let x: Tensor;
let weights: Parameters<SelfAttention>[0];
let cache: Cache;
beforeEach(() => {
  x = numbers('x', [batch, length, modelDim]);
  weights = randomWeights(attention);
  cache = new Cache({ maxPositions: length, initialCapacity: 4 });
});
afterEach(() => {
  cache.dispose();
  dispose([x, weights]);
});

/** Runs `lengths` tokens at a time and compares with one pass over all. */
const expectSteps = async (layer: SelfAttention, lengths: readonly number[], scope = emptyScope) => {
  const whole = layer(weights, x, scope);
  for (const count of lengths) {
    const start = cache.length;
    const y = cache.step(count, inner => layer(weights, sliceAxis(x, 1, start, count), inner), scope);
    const expected = sliceAxis(whole, 1, start, count);
    await expectClose(y, expected, close);
    dispose([y, expected]);
  }
  expect(cache.length).toBe(length);
  whole.dispose();
};

test.each([
  ['one by one', Array(13).fill(1)],
  ['many, then one by one', [7, 1, 1, 1, 1, 1, 1]],
  ['in chunks that do not fill the sizes', [3, 5, 2, 3]],
  ['all at once', [13]],
])('steps through a cache give what one pass gives: %s', (_, lengths) => expectSteps(attention, lengths));

test.each(['f16', 'int8'] as const)('steps through a cache of form %s give what one step gives', async form => {
  const [whole, own] = [0, 1].map(() => new Cache({ maxPositions: length, initialCapacity: 4, form })) as [
    Cache,
    Cache,
  ];
  const expected = whole.step(length, scope => attention(weights, x, scope));
  for (const count of [5, 1, 6, 1]) {
    const start = own.length;
    const y = own.step(count, scope => attention(weights, sliceAxis(x, 1, start, count), scope));
    const part = sliceAxis(expected, 1, start, count);
    await expectClose(y, part, close);
    dispose([y, part]);
  }
  const held = (each: Cache) => each.selfAttention.layout.map(({ form, headDim }) => [form, headDim]);
  expect([held(whole), held(own)]).toEqual(Array(2).fill([[form, 5]]));
  const bytes = own.selfAttention.tensors.map(({ size }) => 4 * size);
  expect(bytes).toEqual(Array(2).fill(batch * length * { f16: 12, int8: 36 }[form]));
  own.repeatInterleave(2);
  own.selectSequences([3, 0], []);
  expect(own.selfAttention.tensors.map(({ shape }) => shape[0])).toEqual([2, 2]);
  dispose([expected, whole, own]);
});

test('a form that a cache cannot have is refused', () => {
  expect(() => new Cache({ maxPositions: 4, form: 'int4' as 'int8' })).toThrow(
    'Cache: cache is "int4"; f32, f16 or int8 would fit',
  );
});

test('a sliding window reaches back into the cache', () =>
  expectSteps(selfAttention({ ...dims, mask: combineMasks(causal(), slidingWindow(4)) }), [6, 1, 4, 1, 1]));

test('padding on the left stays hidden in every step', async () => {
  const range = padding({ left: [0, 3] });
  await expectSteps(attention, [5, 1, 6, 1], emptyScope.with(keyRange, range));
  dispose(range);
});

test('taps in a step see the filled keys, not the spare capacity', async () => {
  const whole = record(['weights', 'scores']);
  attention(weights, x, whole.scope).dispose();
  for (const count of [5, 1, 3]) {
    const start = cache.length;
    const total = start + count;
    const recorder = record(['weights', 'scores', 'key']);
    cache.step(count, scope => attention(weights, sliceAxis(x, 1, start, count), scope), recorder.scope).dispose();
    expect(recorder.values.get('key')!.shape).toEqual([batch, 1, count, 5]);
    for (const name of ['weights', 'scores']) {
      const seen = recorder.values.get(name)!;
      expect(seen.shape).toEqual([batch, 2, count, total]);
      const expected = tidy(() => sliceAxis(sliceAxis(whole.values.get(name)!, 2, start, count), 3, 0, total));
      await expectClose(seen, expected, close);
      expected.dispose();
    }
    recorder.dispose();
  }
  whole.dispose();
});

test.each(['scores', 'weights'])('%s that are replaced in a step act as in one pass', async name => {
  const change = (all: Tensor) => tidy(() => mul(all, tensor([0.5, 2], [1, 2, 1, 1])));
  const expected = attention(weights, x, replace({ [name]: change }));
  for (const [start, count] of [
    [0, 5],
    [5, 1],
  ] as const) {
    const scope = replace({ [name]: change });
    const y = cache.step(count, inner => attention(weights, sliceAxis(x, 1, start, count), inner), scope);
    const part = sliceAxis(expected, 1, start, count);
    await expectClose(y, part, close);
    dispose([y, part]);
  }
  expected.dispose();
});

test('padded keys count among the keys, with weight 0', async () => {
  const range = padding({ left: [0, 3] });
  const recorder = record(['weights'], emptyScope.with(keyRange, range));
  cache.step(5, scope => attention(weights, sliceAxis(x, 1, 0, 5), scope), recorder.scope).dispose();
  const attentionWeights = (await nestedOf(recorder.values.get('weights')!)) as Rows[][];
  expect(attentionWeights[1]![0]![4]!.slice(0, 3)).toEqual([0, 0, 0]);
  expect(attentionWeights[1]![0]![4]!).toHaveLength(5);
  recorder.dispose();
  dispose(range);
});

test('the capacity doubles, up to maxPositions', () => {
  const capacities: number[] = [];
  for (let i = 0; i < length; i++) {
    cache.step(1, scope => attention(weights, sliceAxis(x, 1, i, 1), scope)).dispose();
    capacities.push(cache.selfAttention.tensors[0]!.shape[2]!);
  }
  expect(capacities).toEqual([4, 4, 4, 4, 8, 8, 8, 8, 13, 13, 13, 13, 13]);
  expect(cache.selfAttention.tensors.map(({ shape }) => shape)).toEqual([
    [batch, 1, 13, 5],
    [batch, 1, 13, 5],
  ]);
});

test('beyond maxPositions it throws with both numbers', () => {
  cache.step(11, scope => attention(weights, sliceAxis(x, 1, 0, 11), scope)).dispose();
  expect(() => cache.step(3, () => expect.unreachable())).toThrow(
    'Cache: 11 positions and 3 more are over the 13 it may hold',
  );
  expect(cache.length).toBe(11);
});

test('a step that fails does not count, and can be done again', async () => {
  const whole = attention(weights, x);
  cache.step(6, scope => attention(weights, sliceAxis(x, 1, 0, 6), scope)).dispose();
  const failing = (scope: typeof emptyScope) => {
    attention(weights, sliceAxis(x, 1, 0, 3), scope);
    throw new Error('no power');
  };
  expect(() => cache.step(3, failing)).toThrow('no power');
  expect(cache.length).toBe(6);
  const y = cache.step(7, scope => attention(weights, sliceAxis(x, 1, 6, 7), scope));
  const expected = sliceAxis(whole, 1, 6, 7);
  await expectClose(y, expected, close);
  dispose([whole, y, expected]);
});

test('another batch size throws, and the cache stays usable', async () => {
  cache.step(4, scope => attention(weights, sliceAxis(x, 1, 0, 4), scope)).dispose();
  const one = sliceAxis(x, 0, 0, 1);
  const next = sliceAxis(one, 1, 4, 1);
  expect(() => cache.step(1, scope => attention(weights, next, scope))).toThrow('[1, 1, 1, 5]');
  const [whole, y] = [attention(weights, x), cache.step(9, scope => attention(weights, sliceAxis(x, 1, 4, 9), scope))];
  const expected = sliceAxis(whole, 1, 4, 9);
  await expectClose(y, expected, close);
  dispose([one, next, whole, y, expected]);
});

test('a step provides the position ids and the total length', async () => {
  cache.step(4, () => {});
  const seen = cache.step(3, scope => ({ ...scope.get(stepPositions)!, position: scope.get(keyRange)!.position! }));
  await expectClose(seen.positionIds, [[4, 5, 6]], { absolute: 0 });
  await expectClose(seen.position, [4], { absolute: 0 });
  expect(seen.totalLength).toBe(7);
  dispose(seen);
});

test('a cache without a position, or with a mask that is not causal, throws', () => {
  const layersScope = emptyScope.at('layers').with(cacheSlot, cache);
  expect(() => attention(weights, x, layersScope)).toThrow(
    "selfAttention: at 'layers' there is a cache but no position in keyRange; run it by Cache.step",
  );
  const both = selfAttention({ ...dims, mask: slidingWindow(3) });
  expect(() => cache.step(13, scope => both(weights, x, scope.at('layers')))).toThrow(
    "selfAttention: at 'layers' there is a cache but the mask is not causal: earlier positions would have seen " +
      'later ones; add causal()',
  );
});

test('two attentions have separate entries in one cache', async () => {
  const run = (scope: typeof emptyScope, input: Tensor) =>
    attention(weights, attention(weights, input, scope.at('first')), scope.at('second'));
  const whole = run(emptyScope, x);
  const y = [0, 5].map((start, i) => cache.step([5, 8][i]!, scope => run(scope, sliceAxis(x, 1, start, [5, 8][i]!))));
  const expected = [sliceAxis(whole, 1, 0, 5), sliceAxis(whole, 1, 5, 8)];
  await expectClose(y[0]!, expected[0]!, close);
  await expectClose(y[1]!, expected[1]!, close);
  expect(cache.selfAttention.tensors).toHaveLength(4);
  dispose([whole, y, expected]);
});

test('dispose frees all tensors and leaves an empty cache that can be used again', async () => {
  await expectSteps(attention, [5, 8]);
  cache.dispose();
  expect(cache.selfAttention.tensors).toEqual([]);
  expect(cache.length).toBe(0);
  await expectSteps(attention, [1, 12]);
  cache.dispose();
  await expectNoLeak(async () => {
    await expectSteps(attention, [5, 1, 7]);
    cache.dispose();
  });
});

test.each([
  [{ maxPositions: 0 }, 'Cache: maxPositions is 0 and initialCapacity 64; they must be whole numbers above 0'],
  [
    { maxPositions: 5, initialCapacity: 1.5 },
    'Cache: maxPositions is 5 and initialCapacity 1.5; they must be whole numbers above 0',
  ],
])('%o is refused', (options, message) => {
  expect(() => new Cache(options)).toThrow(message);
});

test('a cache with fewer maxPositions than its initial capacity holds just those', () => {
  const small = new Cache({ maxPositions: 3 });
  const input = tensor(Array(18).fill(1), [1, 3, 6]);
  small.step(3, scope => attention(weights, input, scope)).dispose();
  expect(small.selfAttention.tensors[0]!.shape).toEqual([1, 1, 3, 5]);
  small.dispose();
  input.dispose();
});
