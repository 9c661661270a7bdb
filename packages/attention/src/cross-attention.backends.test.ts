import { emptyScope } from '@residual/layers';
import { dispose, gradients, memoryUsage, sum, type Tensor, tensor, zeros } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  attendInFloat64,
  expectAttention,
  numbers,
  type ReferenceOptions,
  randomWeights,
  readProjections,
} from '../test/reference-attention.js';
import { Cache, crossAttention, memoryMask, padding } from './index.js';

const [batch, queryLen, keyLen, modelDim, memoryDim, headDim] = [2, 3, 5, 11, 13, 7];
const dims = { modelDim, memoryDim, headDim, heads: 4, kvHeads: 2 };
const close = { absolute: 1e-5 };
const inputs = () => ({
  x: numbers('x', [batch, queryLen, modelDim]),
  memory: numbers('memory', [batch, keyLen, memoryDim]),
});

const reference = async (
  { x, memory }: { x: Tensor; memory: Tensor },
  weights: object,
  optionsOf: (row: number) => ReferenceOptions,
) => {
  const plain = await readProjections(weights as never);
  const memories: Rows[] = await nestedOf(memory);
  return ((await nestedOf(x)) as Rows[]).map((rows, row) =>
    attendInFloat64(rows, memories[row]!, plain, optionsOf(row)),
  );
};

test('queries come from x, keys and values from a memory of another width and length', async () => {
  const attention = crossAttention(dims);
  const [input, weights] = [inputs(), randomWeights(attention)];
  const expected = await reference(input, weights, () => ({ heads: 4, kvHeads: 2 }));
  const names = ['query', 'key', 'value', 'scores', 'weights'] as const;
  await expectAttention((pair, scope) => attention(weights, pair, scope), input, expected, names);
  dispose([input, weights]);
});

test('padding of the memory is hidden', async () => {
  const attention = crossAttention(dims);
  const [input, weights, mask] = [inputs(), randomWeights(attention), padding({ lengths: [5, 2] })];
  const expected = await reference(input, weights, row => ({
    heads: 4,
    kvHeads: 2,
    isVisible: (_, j) => j < [5, 2][row]!,
  }));
  const y = attention(weights, input, emptyScope.with(memoryMask, mask));
  await expectClose(
    y,
    expected.map(({ output }) => output),
    close,
  );
  dispose([input, weights, mask, y]);
});

test('consecutive sequences may share one memory', async () => {
  const attention = crossAttention(dims);
  const [input, weights] = [inputs(), randomWeights(attention)];
  const x = numbers('beams', [6, queryLen, modelDim]); // three sequences per memory
  const rows: Rows[] = await nestedOf(input.memory);
  const repeated = tensor(rows.flatMap(row => [row, row, row]).flat(2), [6, keyLen, memoryDim]);
  const [mask, repeatedMask] = [padding({ lengths: [5, 2] }), padding({ lengths: [5, 5, 5, 2, 2, 2] })];
  const shared = attention(weights, { x, memory: input.memory }, emptyScope.with(memoryMask, mask));
  const alone = attention(weights, { x, memory: repeated }, emptyScope.with(memoryMask, repeatedMask));
  await expectClose(shared, await nestedOf(alone), { absolute: 1e-5 });
  const five = numbers('five', [5, queryLen, modelDim]);
  expect(() => attention(weights, { x: five, memory: input.memory })).toThrow(
    'crossAttention: x [5, 3, 11] has 5 rows and memory [2, 5, 13] has 2; each memory serves the same number of rows',
  );
  dispose([input, weights, x, repeated, mask, repeatedMask, shared, alone, five]);
});

test('with a cache the memory is read once, and the cache keeps what was read', async () => {
  const attention = crossAttention(dims);
  const [input, weights, cache] = [inputs(), randomWeights(attention), new Cache({ maxPositions: 8 })];
  const alone = attention(weights, input);
  const first = cache.step(3, scope => attention(weights, input, scope));
  const otherMemory = { ...input, memory: zeros([batch, keyLen, memoryDim]) };
  const again = cache.step(3, scope => attention(weights, otherMemory, scope));
  await expectClose(first, alone, { absolute: 1e-6 });
  await expectClose(again, alone, { absolute: 1e-6 });
  expect(cache.selfAttention.tensors).toEqual([]); // only those of self-attention
  cache.dispose();
  const elsewhere = cache.step(3, scope => attention(weights, otherMemory, scope));
  await expect(expectClose(elsewhere, alone, { absolute: 1e-2 })).rejects.toThrow('differ');
  cache.dispose();
  dispose([input, otherMemory.memory, weights, alone, first, again, elsewhere]);
});

test('gradients reach x and the memory', async () => {
  const attention = crossAttention(dims);
  const [input, weights] = [inputs(), randomWeights(attention)];
  const result = gradients(() => sum(attention(weights, input)), { input, weights });
  const value = async (x: Rows[], memory: Rows[]) => {
    const plain = await readProjections(weights);
    const outputs = x.map((rows, row) => attendInFloat64(rows, memory[row]!, plain, { heads: 4, kvHeads: 2 }).output);
    return outputs.flat(2).reduce((total, number) => total + number, 0);
  };
  const [x, memory] = [await nestedOf(input.x), await nestedOf(input.memory)] as [Rows[], Rows[]];
  for (const [rows, gradient] of [
    [x, await nestedOf(result.gradients.input.x!)],
    [memory, await nestedOf(result.gradients.input.memory!)],
  ] as [Rows[], Rows[]][]) {
    const original = rows[1]![2]![4]!;
    const at = async (change: number) => {
      rows[1]![2]![4] = original + change;
      return value(x, memory);
    };
    const slope = ((await at(1e-5)) - (await at(-1e-5))) / 2e-5;
    rows[1]![2]![4] = original;
    await expectClose(gradient[1]![2]![4]!, slope, { absolute: 1e-4, relative: 1e-4 });
  }
  dispose([input, weights, result]);
});

test('no tensor leaks', async () => {
  const attention = crossAttention(dims);
  const [input, weights] = [inputs(), randomWeights(attention)];
  await expectNoLeak(() => attention(weights, input).dispose());
  const before = memoryUsage();
  const cache = new Cache({ maxPositions: 8 });
  cache.step(3, scope => attention(weights, input, scope)).dispose();
  cache.dispose();
  expect(memoryUsage()).toEqual(before);
  dispose([input, weights]);
});
