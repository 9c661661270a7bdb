import { countParameters, layer, record, rmsNorm } from '@residual/layers';
import { dispose, gradients, mul, sum, type Tensor, tensor } from '@residual/tensor';
import { attendRows, expectClose, expectNoLeak, linearRows, nestedOf, type Row, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import { numbers, randomWeights } from '../test/reference-attention.js';
import { Cache, causal, type LatentAttentionOptions, latentAttention } from './index.js';

const [batch, length, modelDim, heads] = [2, 5, 11, 3];
const [latentDim, contentDim, positionDim, valueDim, queryLatentDim] = [7, 3, 2, 4, 6];
const epsilon = 1e-6;
/** A stand-in for rotary positions, which doubles what it encodes. */
const positionEncoding = {
  needs: {},
  about: { name: 'shift' },
  onHeads: (_: unknown, x: Tensor) => mul(x, 2),
};
const sizes = { modelDim, heads, latentDim, contentDim, positionDim, valueDim, mask: causal() };
const full: LatentAttentionOptions = {
  ...sizes,
  queryLatentDim,
  latentNorm: rmsNorm({ dim: latentDim, epsilon }),
  queryLatentNorm: rmsNorm({ dim: queryLatentDim, epsilon }),
  positionEncoding,
  bias: true,
};

const numbersOf = (rows: Rows) => tensor(rows.flat(), [1, rows.length, rows[0]!.length]);

const rmsRow = (row: Row, weight: Row) => {
  const scale = 1 / Math.sqrt(row.reduce((total, value) => total + value * value, 0) / row.length + epsilon);
  return row.map((value, i) => value * scale * weight[i]!);
};

/** The formula in float64, of one sequence. */
// biome-ignore lint/suspicious/noExplicitAny: the tree of weights as nested arrays
const latent64 = (rows: Rows, w: any, { positionEncoding }: LatentAttentionOptions, scale?: number): Rows => {
  const encode = (row: Row) => (positionEncoding ? row.map(value => 2 * value) : row);
  const apply = (x: Rows, { weight, bias }: { weight: Rows; bias?: Row }) => linearRows(x, weight, bias);
  const normed = (x: Rows, norm?: { weight: Row }) => (norm ? x.map(row => rmsRow(row, norm.weight)) : x);
  const queries = apply(w.queryDown ? normed(apply(rows, w.queryDown), w.queryLatentNorm) : rows, w.query);
  const compressed = apply(rows, w.latent);
  const latents = normed(
    compressed.map(row => row.slice(0, latentDim)),
    w.latentNorm,
  );
  const keyValues = apply(latents, w.keyValue);
  const joined: Rows = rows.map(() => []);
  for (let h = 0; h < heads; h++) {
    const at = (row: Row, width: number) => row.slice(h * width, (h + 1) * width);
    const query = queries.map(row => {
      const own = at(row, contentDim + positionDim);
      return [...own.slice(0, contentDim), ...encode(own.slice(contentDim))];
    });
    const own = keyValues.map(row => at(row, contentDim + valueDim));
    const key = own.map((row, i) => [...row.slice(0, contentDim), ...encode(compressed[i]!.slice(latentDim))]);
    const value = own.map(row => row.slice(contentDim));
    const { output } = attendRows({ query, key, value }, (i, j) => j <= i, scale === undefined ? {} : { scale });
    for (const [i, row] of output.entries()) joined[i]!.push(...row);
  }
  return apply(joined, w.output);
};

// biome-ignore lint/suspicious/noExplicitAny: as above
const plainOf = async (tree: any): Promise<any> => {
  if (tree === undefined || tree?.shape) return tree && nestedOf(tree);
  const entries = await Promise.all(Object.entries(tree).map(async ([name, part]) => [name, await plainOf(part)]));
  return Object.fromEntries(entries);
};

test.each<[string, LatentAttentionOptions]>([
  ['queries from a latent vector, norms, positions and biases', full],
  ['queries from the input, a scale', { ...sizes, scale: 0.3 }],
])('keys and values of all heads come from one latent vector: %s', async (_, options) => {
  const attention = latentAttention(options);
  const [x, weights] = [numbers('x', [batch, length, modelDim]), randomWeights(attention)];
  const plain = await plainOf(weights);
  const expected = ((await nestedOf(x)) as Rows[]).map(rows => latent64(rows, plain, options, options.scale));
  const recorder = record(['latentVector', 'key', 'value', 'weights']);
  const [y, stepwise] = [attention(weights, x), attention(weights, x, recorder.scope)];
  await expectClose(y, expected, { absolute: 2e-5 });
  await expectClose(stepwise, y, { absolute: 1e-5 });
  expect([...recorder.values].map(([path, { shape }]) => [path, shape])).toEqual([
    ['latentVector', [batch, length, latentDim]],
    ['key', [batch, heads, length, contentDim + positionDim]],
    ['value', [batch, heads, length, valueDim]],
    ['weights', [batch, heads, length, length]],
  ]);
  await expectNoLeak(() => attention(weights, x).dispose());
  recorder.dispose();
  dispose([x, weights, y, stepwise]);
});

test('cached steps give what the whole sequence gives', async () => {
  const attention = latentAttention(full);
  const [x, weights] = [numbers('x', [1, length, modelDim]), randomWeights(attention)];
  const run = layer({ attention }, (w, x: Tensor, scope) => attention(w.attention, x, scope.at('attention')));
  const whole = attention(weights, x);
  const rows: Rows[] = await nestedOf(whole);
  using cache = new Cache({ maxPositions: 8, initialCapacity: 4 });
  const parts = [
    { from: 0, count: 3 },
    { from: 3, count: 2 },
  ];
  const values: Rows[] = await nestedOf(x);
  for (const { from, count } of parts) {
    const part = numbersOf(values[0]!.slice(from, from + count));
    const y = cache.step(count, scope => run({ attention: weights }, part, scope));
    await expectClose(y, [rows[0]!.slice(from, from + count)], { absolute: 2e-5 });
    dispose([part, y]);
  }
  dispose([x, weights, whole]);
});

test('every weight has the gradient of finite differences along itself', async () => {
  const attention = latentAttention(full);
  const [x, dy] = [numbers('x', [1, 3, modelDim]), numbers('dy', [1, 3, modelDim])];
  const weights = randomWeights(attention);
  const { latent, keyValue, queryDown } = weights;
  const wanted = { latent: latent.weight, keyValue: keyValue.weight, queryDown: queryDown!.weight };
  const found = gradients(() => sum(mul(attention(weights, x), dy)), wanted as unknown as { [name: string]: Tensor });
  const plain = await plainOf(weights);
  const [rows, upstream]: [Rows[], Rows[]] = [await nestedOf(x), await nestedOf(dy)];
  const loss = () =>
    latent64(rows[0]!, plain, full).reduce(
      (total, row, i) => total + row.reduce((part, value, d) => part + value * upstream[0]![i]![d]!, 0),
      0,
    );
  for (const name of ['latent', 'keyValue', 'queryDown'] as const) {
    const gradient: Rows = await nestedOf(found.gradients[name]!);
    const matrix: Rows = plain[name].weight;
    for (const [i, j] of [
      [0, 1],
      [matrix.length - 1, 2],
    ] as const) {
      const [before, step] = [matrix[i]![j]!, 1e-5];
      matrix[i]![j] = before + step;
      const above = loss();
      matrix[i]![j] = before - step;
      const slope = (above - loss()) / (2 * step);
      matrix[i]![j] = before;
      await expectClose([gradient[i]![j]!], [slope], { absolute: 2e-3, relative: 1e-3 });
    }
  }
  dispose([x, dy, weights, found]);
});

test('options that do not fit throw', () => {
  expect(() => latentAttention({ ...full, latentNorm: rmsNorm({ dim: 5 }) })).toThrow(
    'latentAttention: the latent vector is 7 wide, latentNorm 5; they must be equal',
  );
  expect(() => latentAttention({ ...full, queryLatentNorm: rmsNorm({ dim: 5 }) })).toThrow(
    'latentAttention: the latent vector of queries is 6 wide, queryLatentNorm 5; they must be equal',
  );
  expect(() => latentAttention({ ...full, valueDim: 0 })).toThrow('latentAttention: valueDim is 0');
  expect(() => latentAttention({ ...full, positionEncoding: { ...positionEncoding, headDim: 4 } })).toThrow(
    'latentAttention: shift is made for headDim 4, here headDim is 2; they must be equal',
  );
  expect(countParameters(latentAttention({ ...sizes }))).toBe(11 * 15 + 11 * 9 + 7 * 21 + 12 * 11);
});
