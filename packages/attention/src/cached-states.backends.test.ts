import { emptyScope } from '@residual/layers';
import { clone, dispose, gather, memoryUsage, mul, sliceAxis, type Tensor, tensor, zeros } from '@residual/tensor';
import { expectClose, nestedOf, type Rows } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { numbers, randomWeights } from '../test/reference-attention.js';
import {
  beamIndices,
  Cache,
  CachedStates,
  causal,
  crossAttention,
  type SelfAttention,
  selfAttention,
} from './index.js';

const [batch, length, modelDim] = [2, 7, 6];
const close = { absolute: 1e-5 };
const attention = selfAttention({ modelDim, heads: 2, kvHeads: 1, headDim: 5, mask: causal() });

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

test('values that do not fit leave the cache unchanged', () => {
  const before = memoryUsage();
  const [key, value, wrong] = [numbers('k', [1, 1, 2, 5]), numbers('v', [1, 1, 2, 5]), numbers('v', [1, 1, 2, 3])];
  const position = tensor([0], [1], 'int32');
  const own = new Cache({ maxPositions: 4 });
  own.append('here', key, value, position);
  expect(() => own.append('here', key, wrong, position)).toThrow('[1, 1, 2, 3]');
  expect(own.selfAttention.tensors.map(({ isDisposed, shape }) => [isDisposed, shape])).toEqual(
    Array(2).fill([false, [1, 1, 4, 5]]),
  );
  own.dispose();
  dispose([key, value, wrong, position]);
  expect(memoryUsage()).toEqual(before);
});

test('the outputs of a replayed step replace all tensors of the cache', async () => {
  cache.step(4, scope => attention(weights, sliceAxis(x, 1, 0, 4), scope)).dispose();
  const [key, value] = cache.selfAttention.tensors;
  const next = [mul(key!, 2), mul(value!, 0)];
  expect(() => cache.selfAttention.replace([next[0]!])).toThrow('Cache: 1 tensors cannot replace 2');
  cache.selfAttention.replace(next);
  expect([key!.isDisposed, value!.isDisposed]).toEqual([true, true]);
  await expectClose(cache.selfAttention.tensors[1]!, Array(2 * 4 * 5).fill(0), { absolute: 0 });
});

test('tensors fill an empty object at the paths they are given', async () => {
  const start = sliceAxis(x, 1, 0, 4);
  cache.step(4, scope => attention(weights, start, scope.at('layers'))).dispose();
  const states = new CachedStates();
  const layout = cache.selfAttention.layout.map(each => ({ ...each, path: 'decoder' }));
  expect(layout).toEqual([{ path: 'decoder', form: 'f32', headDim: 5, valueDim: 5 }]);
  states.replace(cache.selfAttention.tensors.map(clone), layout);
  expect(states.paths).toEqual(['decoder']);
  expect(states.get('layers')).toBeUndefined();
  await expectClose(states.tensors[1]!, await nestedOf(cache.selfAttention.tensors[1]!), close);
  states.dispose();
  expect(states.paths).toEqual([]);
  start.dispose();
});

test('selectSequences keeps some sequences and memories, in another order', async () => {
  const [cross, memory] = [crossAttention({ modelDim, heads: 2 }), numbers('memory', [batch, 3, modelDim])];
  const crossWeights = randomWeights(cross);
  const run = (input: Tensor, other: Tensor, scope = emptyScope) =>
    cross(crossWeights, { x: attention(weights, input, scope.at('self')), memory: other }, scope.at('cross'));
  const whole = run(x, memory);
  const [before, next] = [sliceAxis(x, 1, 0, 6), sliceAxis(x, 1, 6, 1)];
  cache.step(6, scope => run(before, memory, scope)).dispose();
  cache.selectSequences([1], [1]);
  const order = tensor([1], [1], 'int32');
  const [second, empty] = [gather(next, order, 0), zeros([1, 3, modelDim])];
  const y = cache.step(1, scope => run(second, empty, scope)); // the keys and values of the memory are in the cache
  const expected: Rows[] = await nestedOf(whole);
  await expectClose(y, [[expected[1]![6]!]], close);
  dispose([memory, crossWeights, whole, before, next, order, second, empty, y]);
});

test('beamIndices reorder sequences without moving keys', async () => {
  const [first, second, third] = [0, 1, 2].map(i => sliceAxis(x, 1, i, 1)) as [Tensor, Tensor, Tensor];
  const step = (input: Tensor, outer = emptyScope) => cache.step(1, scope => attention(weights, input, scope), outer);
  dispose([step(first), step(second)]);
  const tensorsBefore = [...cache.selfAttention.tensors];
  const capacity = cache.ensureCapacity(1);
  // sequence 0 continues sequence 1; sequence 1 continues one with the first token of sequence 0 and its own second
  const rows = [
    [1, 1, 0],
    [0, 1, 1],
  ].map(row => Array.from({ length: capacity }, (_, i) => row[i] ?? 0));
  const table = tensor(rows.flat(), [batch, capacity], 'int32');
  const y = step(third, emptyScope.with(beamIndices, table));
  const texts: Rows[] = await nestedOf(x);
  const expected = [
    [texts[1]![0]!, texts[1]![1]!, texts[0]![2]!],
    [texts[0]![0]!, texts[1]![1]!, texts[1]![2]!],
  ];
  const whole = tensor(expected.flat(2), [batch, 3, modelDim]);
  const full = attention(weights, whole);
  const last = sliceAxis(full, 1, 2, 1);
  // here keys and values depend only on the token, so one pass over the whole text gives the same
  await expectClose(y, await nestedOf(last), close);
  expect(cache.selfAttention.tensors).toHaveLength(tensorsBefore.length);
  dispose([first, second, third, table, y, whole, full, last]);
});

test('repeatInterleave repeats each sequence for its beams', async () => {
  const one = sliceAxis(x, 1, 0, 5);
  cache.step(5, scope => attention(weights, one, scope)).dispose();
  cache.repeatInterleave(3);
  const next = sliceAxis(x, 1, 5, 1);
  const rows: Rows[] = await nestedOf(next);
  const repeated = tensor(rows.flatMap(row => [row, row, row]).flat(2), [3 * batch, 1, modelDim]);
  const y = cache.step(1, scope => attention(weights, repeated, scope));
  const whole = attention(weights, x);
  const expected: Rows[] = await nestedOf(whole);
  await expectClose(
    y,
    expected.flatMap(row => [[row[5]!], [row[5]!], [row[5]!]]),
    close,
  );
  dispose([one, next, repeated, y, whole]);
});
