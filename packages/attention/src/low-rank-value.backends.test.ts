import { census, countParameters, dropout, emptyScope, randomness, record } from '@residual/layers';
import { concat, dense, dispose, memoryUsage, sliceAxis, type Tensor, tidy } from '@residual/tensor';
import { addRows, expectClose, expectNoLeak, linearRows, nestedOf, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import { attendInFloat64, numbers, randomWeights, readProjections } from '../test/reference-attention.js';
import { Cache, causal, fuseValueUp, lowRankValueAttention, selfAttention } from './index.js';

const [batch, length, modelDim, heads, headDim] = [2, 5, 11, 3, 7];
const options = { modelDim, heads, headDim, mask: causal() };
const attention = lowRankValueAttention(options);
const isVisible = (i: number, j: number) => j <= i;

test.each([
  { kvHeads: 3, shared: [0, 1, 2], layer: attention },
  { kvHeads: 1, shared: [0, 0, 0], layer: lowRankValueAttention({ ...options, kvHeads: 1 }) },
])(
  'each head adds its weights times value-down times value-up: $kvHeads of key and value',
  async ({ kvHeads, shared, layer: attention }) => {
    const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
    const ups: Rows[] = await Promise.all(weights.valueUp.map(({ weight }) => nestedOf(weight as Tensor)));
    // Only the attention weights and the output of value-down are used, not the output of the loops.
    const plain = await readProjections({ ...weights, value: weights.valueDown, output: weights.query });
    const expected = ((await nestedOf(x)) as Rows[]).map(rows => {
      const { weights: attentionWeights, value } = attendInFloat64(rows, rows, plain, { heads, kvHeads, isVisible });
      const changes = attentionWeights.map((own, h) => {
        // What each position would add: value-up · value-down · x.
        const proposed = linearRows(value[shared[h]!]!, ups[h]!);
        return own.map(row =>
          proposed[0]!.map((_, d) => row.reduce((sum, weight, j) => sum + weight * proposed[j]![d]!, 0)),
        );
      });
      return { output: changes.reduce(addRows), value, attentionWeights };
    });
    const recorder = record(['value', 'weights']);
    const [stepwise, y] = [attention(weights, x, recorder.scope), attention(weights, x)];
    await expectClose(
      y,
      expected.map(({ output }) => output),
      { absolute: 1e-5 },
    );
    await expectClose(stepwise, y, { absolute: 1e-5 });
    await expectClose(
      recorder.values.get('value')!,
      expected.map(({ value }) => value),
      { absolute: 1e-5 },
    );
    await expectClose(
      recorder.values.get('weights')!,
      expected.map(({ attentionWeights }) => attentionWeights),
      { absolute: 1e-5 },
    );
    recorder.dispose();
    dispose([x, weights, stepwise, y]);
  },
);

test.each([3, 1])(
  'the value-ups side by side are the output projection of the fused layer: kvHeads %i',
  async kvHeads => {
    const grouped = { ...options, kvHeads };
    const attention = lowRankValueAttention(grouped);
    const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
    const before = memoryUsage().tensors;
    const fused = fuseValueUp(grouped, weights);
    expect(memoryUsage().tensors - before).toBe(1);
    expect(fused.weights.output.weight.shape).toEqual([modelDim, heads * headDim]);
    expect(fused.weights.value).toBe(weights.valueDown);
    const columns = tidy(() => sliceAxis(fused.weights.output.weight as Tensor, 1, headDim, headDim));
    await expectClose(columns, dense(weights.valueUp[1]!.weight), { absolute: 0 });
    const [one, other] = [attention(weights, x), fused.layer(fused.weights, x)];
    await expectClose(other, one, { absolute: 1e-5 });
    dispose([x, weights, fused.weights.output, columns, one, other]);
    expect(memoryUsage().tensors).toBe(before - 6 - 1);
  },
);

test('it has as many weights as self-attention without biases, one value-up a head', () => {
  expect(countParameters(attention)).toBe(countParameters(selfAttention({ ...options, bias: false })));
  const { output, matrices, valueMap } = census(attention);
  expect({ output, matrices, valueMap }).toEqual({
    output: heads * headDim * modelDim,
    matrices: 4 * heads,
    valueMap: { full: modelDim ** 2, factored: 2 * modelDim * headDim },
  });
});

test('heads that do not share key and value evenly are refused', () => {
  expect(() => lowRankValueAttention({ ...options, kvHeads: 2 })).toThrow(
    'lowRankValueAttention: 3 heads do not share 2 kvHeads evenly (3 / 2); kvHeads could be 1, 3',
  );
});

test.each([3, 1])('steps with a cache equal one pass: kvHeads %i', async kvHeads => {
  const attention = lowRankValueAttention({ ...options, kvHeads });
  const [x, weights, cache] = [
    numbers('x', [batch, length, modelDim]),
    randomWeights(attention),
    new Cache({ maxPositions: 5 }),
  ];
  const whole = attention(weights, x);
  const steps = [0, 3].map((start, i) =>
    cache.step([3, 2][i]!, scope => attention(weights, sliceAxis(x, 1, start, [3, 2][i]!), scope)),
  );
  const joined = concat(steps, 1);
  await expectClose(joined, whole, { absolute: 1e-5 });
  cache.dispose();
  dispose([x, weights, whole, steps, joined]);
});

test('no tensor leaks', async () => {
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  await expectNoLeak(() => attention(weights, x).dispose());
  dispose([x, weights]);
});

test('dropout acts on its weights as on those of the fused layer', async () => {
  const dropped = { ...options, dropout: dropout({ rate: 0.5 }) };
  const layer = lowRankValueAttention(dropped);
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(layer)];
  const fused = fuseValueUp(dropped, weights);
  const scope = emptyScope.with(randomness, { seed: 3, step: 1 });
  const [one, other, still] = [layer(weights, x, scope), fused.layer(fused.weights, x, scope), layer(weights, x)];
  await expectClose(other, one, { absolute: 1e-5 });
  await expect(expectClose(still, one, { absolute: 1e-2 })).rejects.toThrow('differ');
  dispose([x, weights, fused.weights.output, one, other, still]);
});
