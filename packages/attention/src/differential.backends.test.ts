import { unitNorm } from '@residual/layers';
import { concat, dispose, gradients, mul, sliceAxis, sum, type Tensor } from '@residual/tensor';
import {
  attendRows,
  expectClose,
  expectNoLeak,
  headRows,
  linearRows,
  nestedOf,
  type Row,
  type Rows,
} from '@residual/testkit';
import { expect, test } from 'vitest';
import { numbers, type ProjectionArrays, randomWeights, readProjections } from '../test/reference-attention.js';
import { Cache, causal, differentialAttention } from './index.js';

const [batch, length, modelDim, headDim, heads, kvHeads] = [2, 5, 7, 3, 4, 2];
const lambdaStart = 0.35;
const pairNorm = unitNorm({ dim: 2 * headDim, epsilon: 1e-3 });
const options = { modelDim, headDim, heads, kvHeads, lambdaStart, pairNorm };
const attention = differentialAttention({ ...options, mask: causal() });

type Lambdas = readonly [query1: Row, key1: Row, query2: Row, key2: Row];
const dot = (a: Row, b: Row) => a.reduce((total, value, i) => total + value * b[i]!, 0);

/** One sequence in float64, by the two halves of the heads. */
function attendInFloat64(x: Rows, plain: ProjectionArrays, [query1, key1, query2, key2]: Lambdas): Rows {
  const lambda = Math.exp(dot(query1, key1)) - Math.exp(dot(query2, key2)) + lambdaStart;
  const of = ({ weight, bias }: ProjectionArrays['query']) => linearRows(x, weight, bias);
  const [query, key, value] = [of(plain.query), of(plain.key), of(plain.value)];
  const attend = (head: number) => {
    const shared = Math.floor((head * kvHeads) / heads);
    const [one, other] = [shared % (kvHeads / 2), (shared % (kvHeads / 2)) + kvHeads / 2].map(i =>
      headRows(value, i, headDim),
    );
    const own = {
      query: headRows(query, head, headDim),
      key: headRows(key, shared, headDim),
      value: one!.map((row, i) => [...row, ...other![i]!]),
    };
    return attendRows(own, (i, j) => j <= i).output;
  };
  const joined = x.map((_, i) =>
    Array.from({ length: heads / 2 }, (_, pair) => {
      const [first, second] = [attend(pair)[i]!, attend(pair + heads / 2)[i]!];
      const change = first.map((each, d) => each - lambda * second[d]!);
      const root = Math.sqrt(dot(change, change) / change.length + 1e-3);
      return change.map(each => ((1 - lambdaStart) * each) / root);
    }).flat(),
  );
  return linearRows(joined, plain.output.weight, plain.output.bias);
}

test('each pair of heads is the normed difference of two attentions; λ has the right gradient', async () => {
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const plain = await readProjections(weights);
  const { lambdaQuery1, lambdaKey1, lambdaQuery2, lambdaKey2 } = weights;
  const names = [lambdaQuery1, lambdaKey1, lambdaQuery2, lambdaKey2];
  const lambdas = (await Promise.all(names.map(nestedOf))) as unknown as Lambdas;
  const rows: Rows[] = await nestedOf(x);
  const expected = rows.map(row => attendInFloat64(row, plain, lambdas));
  const y = attention(weights, x);
  await expectClose(y, expected, { absolute: 2e-5 });

  const dy = numbers('dy', [batch, length, modelDim]);
  const upstream: Rows[] = await nestedOf(dy);
  const found = gradients(() => sum(mul(attention(weights, x), dy)), { lambdaKey1, lambdaQuery2 });
  const value = () =>
    rows.flatMap((row, b) => attendInFloat64(row, plain, lambdas).map((out, i) => dot(out, upstream[b]![i]!)));
  const slopesOf = (row: Row) =>
    row.map((original, at) => {
      const [above, below] = [1e-5, -1e-5].map(change => {
        row[at] = original + change;
        return value().reduce((total, each) => total + each, 0);
      });
      row[at] = original;
      return (above! - below!) / 2e-5;
    });
  const close = { absolute: 1e-4, relative: 1e-4 };
  await expectClose(found.gradients.lambdaKey1 as Tensor, slopesOf(lambdas[1]), close);
  await expectClose(found.gradients.lambdaQuery2 as Tensor, slopesOf(lambdas[2]), close);
  await expectNoLeak(() => attention(weights, x).dispose());
  dispose([x, dy, weights, y, found]);
});

test('steps with a cache equal one pass', async () => {
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const cache = new Cache({ maxPositions: length });
  const whole = attention(weights, x);
  const steps = [0, 3, 4].map((start, i) =>
    cache.step([3, 1, 1][i]!, scope => attention(weights, sliceAxis(x, 1, start, [3, 1, 1][i]!), scope)),
  );
  const joined = concat(steps, 1);
  await expectClose(joined, whole, { absolute: 1e-5 });
  cache.dispose();
  dispose([x, weights, whole, steps, joined]);
});

test('an odd number of heads, and a norm of another width, are refused', () => {
  expect(() => differentialAttention({ ...options, kvHeads: 1 })).toThrow(
    'differentialAttention: 1 kvHeads do not split into two halves; their number must be even',
  );
  expect(() => differentialAttention({ ...options, pairNorm: unitNorm({ dim: headDim }) })).toThrow(
    'differentialAttention: a pair of heads is 6 wide, pairNorm 3; they must be equal',
  );
});
