import { emptyScope, layerNorm, type PositionEncoding, record, rmsNorm } from '@residual/layers';
import { add, dispose, mul, type Tensor, tensor } from '@residual/tensor';
import {
  expectClose,
  expectNoLeak,
  layerNormRows,
  nestedOf,
  type Row,
  type Rows,
  rmsNormRows,
} from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  attendInFloat64,
  expectAttention,
  numbers,
  type ReferenceOptions,
  randomWeights,
  readProjections,
} from '../test/reference-attention.js';
import { causal, combineMasks, keyRange, padding, selfAttention, slidingWindow } from './index.js';

const [batch, length, modelDim, headDim] = [2, 7, 11, 5];
const dims = { modelDim, headDim, heads: 3 };
const close = { absolute: 1e-5 };

/** Runs both rows of the batch through the loops; `optionsOf` may differ by row. */
const reference = async (x: Tensor, weights: object, optionsOf: (row: number) => ReferenceOptions) => {
  const plain = await readProjections(weights as never);
  return ((await nestedOf(x)) as Rows[]).map((rows, row) => attendInFloat64(rows, rows, plain, optionsOf(row)));
};

test('scores, weights and output are those of softmax(q kᵀ / √headDim) v', async () => {
  const attention = selfAttention(dims);
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const expected = await reference(x, weights, () => ({ heads: 3 }));
  await expectAttention((input, scope) => attention(weights, input, scope), x, expected, [
    'query',
    'key',
    'value',
    'scores',
    'weights',
  ]);
  dispose([x, weights]);
});

const masks: [string, ReturnType<typeof combineMasks>, (query: number, key: number) => boolean][] = [
  ['causal', causal(), (i, j) => j <= i],
  ['window', slidingWindow(3), (i, j) => Math.abs(i - j) < 3],
  ['causal window', combineMasks(causal(), slidingWindow(3)), (i, j) => j <= i && i - j < 3],
  ['the smaller of two windows', combineMasks(slidingWindow(5), slidingWindow(2)), (i, j) => Math.abs(i - j) < 2],
];

test.each(masks)('a mask hides keys: %s', async (_, mask, isVisible) => {
  const attention = selfAttention({ ...dims, mask });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const expected = await reference(x, weights, () => ({ heads: 3, isVisible }));
  await expectAttention((input, scope) => attention(weights, input, scope), x, expected, ['weights']);
  dispose([x, weights]);
});

test.each([
  ['left', { left: [0, 2] }, (row: number, key: number) => key >= [0, 2][row]!],
  ['right', { lengths: [7, 4] }, (row: number, key: number) => key < [7, 4][row]!],
] as const)('padding on the %s is seen by no one, and a row of nothing else takes nothing', async (_, rows, filled) => {
  const attention = selfAttention({ ...dims, mask: causal() });
  const [x, weights, range] = [numbers('x', [batch, length, modelDim]), randomWeights(attention), padding(rows)];
  const expected = await reference(x, weights, row => ({ heads: 3, isVisible: (i, j) => j <= i && filled(row, j) }));
  const y = attention(weights, x, emptyScope.with(keyRange, range));
  await expectClose(
    y,
    expected.map(({ output }) => output),
    close,
  );
  dispose([x, weights, range, y]);
});

test.each([
  [4, 2],
  [4, 1],
  [6, 3],
])('%i query heads share %i heads of keys and values', async (heads, kvHeads) => {
  const attention = selfAttention({ modelDim, headDim, heads, kvHeads, mask: causal() });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  expect(weights.key.weight.shape).toEqual([kvHeads * headDim, modelDim]);
  const expected = await reference(x, weights, () => ({ heads, kvHeads, isVisible: (i, j) => j <= i }));
  await expectAttention((input, scope) => attention(weights, input, scope), x, expected, ['key', 'weights']);
  dispose([x, weights]);
});

test('scale and soft cap act on the scores', async () => {
  const attention = selfAttention({ ...dims, scale: 0.3, softCap: 0.7 });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const expected = await reference(x, weights, () => ({ heads: 3, score: { scale: 0.3, softCap: 0.7 } }));
  await expectAttention((input, scope) => attention(weights, input, scope), x, expected, ['scores']);
  dispose([x, weights]);
});

test('biases are where the options ask for them', async () => {
  const attention = selfAttention({ ...dims, bias: { query: true, key: false, value: true, output: false } });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const { query, key, value, output } = weights;
  expect([query, key, value, output].map(({ bias }) => bias?.shape)).toEqual([[15], undefined, [15], undefined]);
  const expected = await reference(x, weights, () => ({ heads: 3 }));
  await expectAttention((input, scope) => attention(weights, input, scope), x, expected, []);
  dispose([x, weights]);
});

test('positions act on the heads of query and key, and on the scores', async () => {
  /** Each row of a head times 1 + its position; scores plus head + key / 4. */
  const positionEncoding: PositionEncoding = {
    needs: {},
    about: { name: 'counted' },
    onHeads: (_: unknown, x: Tensor) =>
      mul(
        x,
        tensor(
          Array.from({ length: x.shape[2]! }, (_, i) => 1 + i / 8),
          [1, 1, x.shape[2]!, 1],
        ),
      ),
    onScores: (_: unknown, { heads, keyLen }) =>
      add(
        tensor(
          Array.from({ length: heads }, (_, h) => h),
          [1, heads, 1, 1],
        ),
        tensor(
          Array.from({ length: keyLen }, (_, j) => j / 4),
          [1, 1, 1, keyLen],
        ),
      ),
  };
  const attention = selfAttention({ ...dims, positionEncoding, mask: causal() });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const applyRotary = (row: Row, i: number) => row.map(value => value * (1 + i / 8));
  const bias = (head: number, _: number, key: number) => head + key / 4;
  const expected = await reference(x, weights, () => ({
    heads: 3,
    isVisible: (i, j) => j <= i,
    applyRotary,
    bias,
  }));
  await expectAttention((input, scope) => attention(weights, input, scope), x, expected, ['query', 'scores']);
  dispose([x, weights]);
});

test('norms act on each head of query and key', async () => {
  const attention = selfAttention({
    ...dims,
    queryNorm: layerNorm({ dim: headDim }),
    keyNorm: rmsNorm({ dim: headDim }),
  });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const plain = await reference(x, weights, () => ({ heads: 3 }));
  const { queryNorm, keyNorm } = weights;
  const [scale, shift, keyScale]: Row[] = await Promise.all(
    [queryNorm.weight, queryNorm.bias, keyNorm.weight].map(nestedOf),
  );
  const recorder = record(['query', 'key']);
  const y = attention(weights, x, recorder.scope);
  const query = plain.map(row => row.query.map(rows => layerNormRows(rows, scale!, shift!, 1e-5)));
  const key = plain.map(row => row.key.map(rows => rmsNormRows(rows, keyScale!, 1e-6)));
  await expectClose(recorder.values.get('query')!, query, close);
  await expectClose(recorder.values.get('key')!, key, close);
  recorder.dispose();
  dispose([x, weights, y]);
});

test('a later token changes nothing before it', async () => {
  const attention = selfAttention({ ...dims, mask: causal() });
  const weights = randomWeights(attention);
  const x = numbers('x', [1, length, modelDim]);
  const changed = add(
    x,
    tensor(
      Array.from({ length }, (_, i) => (i >= 4 ? 3 : 0)),
      [1, length, 1],
    ),
  );
  const [before, after] = [attention(weights, x), attention(weights, changed)];
  const [[first], [second]] = [await nestedOf(before), await nestedOf(after)] as [Rows[], Rows[]];
  await expectClose(second!.slice(0, 4), first!.slice(0, 4), { absolute: 1e-6 });
  await expect(expectClose(second!.slice(4), first!.slice(4), { absolute: 1e-2 })).rejects.toThrow('differ');
  dispose([weights, x, changed, before, after]);
});

test('one token is one row of a longer text', async () => {
  const attention = selfAttention(dims);
  const weights = randomWeights(attention);
  const x = numbers('x', [batch, 1, modelDim]);
  const expected = await reference(x, weights, () => ({ heads: 3 }));
  await expectAttention((input, scope) => attention(weights, input, scope), x, expected, []);
  dispose([x, weights]);
});

test('no tensor leaks, with and without taps', async () => {
  const attention = selfAttention({ ...dims, mask: causal() });
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  await expectNoLeak(() => attention(weights, x).dispose());
  await expectNoLeak(() => {
    const recorder = record(['**']);
    attention(weights, x, recorder.scope).dispose();
    recorder.dispose();
  });
  dispose([x, weights]);
});
