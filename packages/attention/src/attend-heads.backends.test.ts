import { dropout, emptyScope, randomness, record, replace } from '@residual/layers';
import {
  dispose,
  gradients,
  mul,
  randomBitsAt,
  randomKey,
  streamOf,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@residual/tensor';
import { expectClose, nestedOf, type Rows } from '@residual/testkit';
import { afterEach, beforeEach, test } from 'vitest';
import { attendInFloat64, numbers, randomWeights, readProjections } from '../test/reference-attention.js';
import { causal, selfAttention } from './index.js';

const [batch, length, modelDim, heads, headDim] = [2, 5, 6, 3, 7];
const options = { modelDim, heads, headDim, mask: causal() };
const attention = selfAttention(options);

let x: Tensor;
let weights: Parameters<typeof attention>[0];
beforeEach(() => {
  x = numbers('x', [batch, length, modelDim]);
  weights = randomWeights(attention);
});
afterEach(() => dispose([x, weights]));

test('a head whose weights are replaced by zeros adds nothing', async () => {
  const rest = replace({ weights: x => mul(x, tensor([1, 0, 1], [1, 3, 1, 1])) });
  const y = attention(weights, x, rest);
  const plain = await readProjections(weights);
  const expected = ((await nestedOf(x)) as Rows[]).map(rows => {
    const silent = {
      ...plain,
      value: {
        weight: plain.value.weight.map((row, i) => (i >= headDim && i < 2 * headDim ? row.map(() => 0) : row)),
        bias: plain.value.bias!.map((b, i) => (i >= headDim && i < 2 * headDim ? 0 : b)),
      },
    };
    return attendInFloat64(rows, rows, silent, { heads, isVisible: (i, j) => j <= i }).output;
  });
  await expectClose(y, expected, { absolute: 1e-5 });
  y.dispose();
});

test('replaced scores are still masked', async () => {
  const y = attention(weights, x, replace({ scores: scores => zeros(scores.shape) }));
  const even = record(['weights'], replace({ scores: scores => zeros(scores.shape) }));
  dispose([attention(weights, x, even.scope), y]);
  const third = 1 / 3;
  const attentionWeights: Rows[][] = await nestedOf(even.values.get('weights')!);
  await expectClose(attentionWeights[1]![2]![2]!, [third, third, third, 0, 0], { absolute: 1e-6 });
  even.dispose();
});

test('gradients are the same through the op and through the three steps', async () => {
  const recorder = record(['weights']);
  const fused = gradients(() => sum(mul(attention(weights, x), numbers('dy', [batch, length, modelDim]))), {
    x,
    query: weights.query,
  });
  const steps = gradients(
    () => sum(mul(attention(weights, x, recorder.scope), numbers('dy', [batch, length, modelDim]))),
    { x, query: weights.query },
  );
  await expectClose(steps.gradients.x!, fused.gradients.x!, { absolute: 1e-4 });
  await expectClose(steps.gradients.query.weight!, fused.gradients.query.weight!, { absolute: 1e-4 });
  recorder.dispose();
  dispose([fused, steps]);
});

const rate = 0.4;
const dropping = selfAttention({ ...options, dropout: dropout({ rate }) });
const training = emptyScope.at('attention').with(randomness, { seed: 5, step: 3 });

/** The mask of [batch, heads, queryLen, keyLen] by its definition, at the path of the use. */
const factor = (index: number) =>
  randomBitsAt(randomKey(5, streamOf('attention.dropout'), 3), index) >>> 8 < Math.round(rate * 2 ** 24)
    ? 0
    : 1 / (1 - rate);

test('dropout on the weights has one mask in the op, in the three steps, and by its definition', async () => {
  const recorder = record(['**']);
  const [fused, stepwise] = [
    dropping(weights, x, training),
    dropping(weights, x, recorder.scope.at('attention').with(randomness, { seed: 5, step: 3 })),
  ];
  const plain = await readProjections(weights);
  const expected = ((await nestedOf(x)) as Rows[]).map((rows, row) => {
    const { weights: attentionWeights, value } = attendInFloat64(rows, rows, plain, {
      heads,
      isVisible: (i, j) => j <= i,
    });
    const joinedRows = rows.map((_, i) =>
      attentionWeights.flatMap((own, h) =>
        value[h]![0]!.map((__, d) =>
          own[i]!.reduce(
            (total, weight, j) =>
              total + weight * factor(((row * heads + h) * length + i) * length + j) * value[h]![j]![d]!,
            0,
          ),
        ),
      ),
    );
    return joinedRows.map(joined =>
      plain.output.weight.map((column, o) =>
        column.reduce((total, w, d) => total + w * joined[d]!, plain.output.bias![o]!),
      ),
    );
  });
  await expectClose(fused, expected, { absolute: 1e-5 });
  await expectClose(stepwise, expected, { absolute: 1e-5 });
  recorder.dispose();
  dispose([fused, stepwise]);
});

test('without randomness in the scope dropout does nothing', async () => {
  const [one, other] = [dropping(weights, x), attention(weights, x)];
  await expectClose(one, other, { absolute: 0 });
  dispose([one, other]);
});
