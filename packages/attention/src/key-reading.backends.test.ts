import { emptyScope, type Scope } from '@residual/layers';
import { concat, dispose, gradients, mul, sliceAxis, sum, type Tensor, tidy } from '@residual/tensor';
import { expectClose, expectNoLeak, nestedOf, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import { attendInFloat64, numbers, randomWeights, readProjections } from '../test/reference-attention.js';
import { Cache, causal, keyGivingAttention, keyReadingAttention, keySource } from './index.js';

const [batch, length, modelDim, heads, kvHeads, headDim] = [2, 5, 7, 4, 2, 3];
const options = { modelDim, heads, kvHeads, headDim, mask: causal() };
const [giving, reading] = [keyGivingAttention(options), keyReadingAttention(options)];
const isVisible = (i: number, j: number) => j <= i;
const [x, own] = [() => numbers('x', [batch, length, modelDim]), () => numbers('own', [batch, length, modelDim])];

type Weights = { giver: ReturnType<typeof weightsOf>; reader: ReturnType<typeof readerWeights> };
const weightsOf = () => randomWeights(giving);
const readerWeights = () => randomWeights(reading);

/** The giving attention on x, and the reading one on `own` with its keys and values. */
const both = ({ giver, reader }: Weights, x: Tensor, own: Tensor, scope: Scope = emptyScope) =>
  tidy(() => {
    const { output, key, value } = giving(giver, x, scope.at('giver'));
    const read = reading(reader, { x: own, key, value }, scope.at('reader').with(keySource, 'giver'));
    return concat([output, read], 2);
  });

/** The same in float64 loops; `dy` weighs the sum of all outputs. */
const expectedOf = async ({ giver, reader }: Weights, memory: Tensor, own: Tensor) => {
  const plain = await readProjections(giver);
  const mixed = { ...plain, ...(await readProjections({ ...giver, ...reader })), key: plain.key, value: plain.value };
  const [rows, ownRows]: [Rows[], Rows[]] = [await nestedOf(memory), await nestedOf(own)];
  const outputs = () =>
    rows.map((each, b) => {
      const given = attendInFloat64(each, each, plain, { heads, kvHeads, isVisible }).output;
      const read = attendInFloat64(ownRows[b]!, each, mixed, { heads, kvHeads, isVisible }).output;
      return given.map((row, i) => [...row, ...read[i]!]);
    });
  return { plain, outputs };
};

test('an attention reads the keys and values of another, and its gradient flows through them', async () => {
  const [memory, queries, dy] = [x(), own(), numbers('dy', [batch, length, 2 * modelDim])];
  const weights: Weights = { giver: weightsOf(), reader: readerWeights() };
  const { plain, outputs } = await expectedOf(weights, memory, queries);
  const y = both(weights, memory, queries);
  await expectClose(y, outputs(), { absolute: 2e-5 });
  const upstream: Rows[] = await nestedOf(dy);
  const value = () =>
    outputs()
      .flat(2)
      .reduce((total, each, i) => total + each * upstream.flat(2)[i]!, 0);
  const row = plain.key.weight[1]!;
  const slopes = row.map((original, d) => {
    const [above, below] = [1e-5, -1e-5].map(change => {
      row[d] = original + change;
      return value();
    });
    row[d] = original;
    return (above! - below!) / 2e-5;
  });
  const found = gradients(() => sum(mul(both(weights, memory, queries), dy)), { key: weights.giver.key });
  const found1 = tidy(() => sliceAxis(found.gradients.key.weight as Tensor, 0, 1, 1));
  await expectClose(found1, [slopes], { absolute: 2e-4, relative: 2e-4 });
  await expectNoLeak(() => both(weights, memory, queries).dispose());
  dispose([memory, queries, dy, weights, y, found, found1]);
});

test('steps with a cache, which holds the keys once, equal one pass', async () => {
  const [memory, queries] = [x(), own()];
  const weights: Weights = { giver: weightsOf(), reader: readerWeights() };
  const cache = new Cache({ maxPositions: length, initialCapacity: 4 });
  const whole = both(weights, memory, queries);
  const part = (from: Tensor, start: number, count: number) => sliceAxis(from, 1, start, count);
  const counts = [3, 1, 1];
  const steps = [0, 3, 4].map((start, i) =>
    cache.step(counts[i]!, scope =>
      both(weights, part(memory, start, counts[i]!), part(queries, start, counts[i]!), scope),
    ),
  );
  const joined = concat(steps, 1);
  await expectClose(joined, whole, { absolute: 2e-5 });
  expect(cache.selfAttention.paths).toEqual(['giver']);
  const readAlone = (scope: Scope) => {
    const key = tidy(() => numbers('key', [batch, kvHeads, 1, headDim]));
    return reading(weights.reader, { x: part(queries, 0, 1), key, value: key }, scope);
  };
  cache.length = 4;
  expect(() => cache.step(1, scope => readAlone(scope))).toThrow('there is a cache but no keySource is in the scope');
  expect(() => cache.step(1, scope => readAlone(scope.with(keySource, 'other')))).toThrow(
    "there is a cache but the cache has no keys of 'other'",
  );
  cache.dispose();
  dispose([memory, queries, weights, whole, steps, joined]);
});
