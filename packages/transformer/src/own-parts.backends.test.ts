import { tokenEmbedding } from '@residual/embeddings';
import {
  countParameters,
  type Layer,
  layer,
  layerNorm,
  load,
  record,
  save,
  type VectorNeed,
  vector,
} from '@residual/layers';
import { mlp } from '@residual/mlp';
import {
  add,
  concat,
  defineOp,
  dispose,
  gradients,
  mul,
  scalarMinus,
  sliceAxis,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from '@residual/tensor';
import { expectClose, nestedOf, type Rows } from '@residual/testkit';
import { expect, test } from 'vitest';
import { numbers, plainTree, randomWeights } from '../test/float64.js';
import { languageModel, stack, transformerBlock } from './index.js';

const [vocab, modelDim, batch, length] = [7, 6, 2, 5];

/** A custom op with its gradient: x tanh(x). */
const bend = defineOp<{ x: Tensor }>({
  name: 'test.bend',
  compose: ({ x }) => mul(x, tanh(x)),
  saves: ['x'],
  gradient: (dy, { saved: { x } }) => ({
    x: () => mul(dy, add(tanh(x), mul(x, scalarMinus(1, square(tanh(x)))))),
  }),
});

/** A custom layer instead of an attention: each position gets scale · bend(the one before). */
const lookOneBack = (dim: number): Layer<{ scale: VectorNeed }, Tensor, Tensor> =>
  layer(
    { scale: vector([dim], 1) },
    (w, x: Tensor, scope) => {
      const [rows, count] = x.shape as [number, number];
      const before = concat([zeros([rows, 1, dim]), sliceAxis(x, 1, 0, count - 1)], 1);
      return mul(scope.tap('bent', bend({ x: before })), w.scale);
    },
    { name: 'lookOneBack', inDim: dim, outDim: dim },
  );

const model = languageModel({
  embedding: tokenEmbedding({ vocab, dim: modelDim }),
  decoder: stack({
    block: transformerBlock({
      norm: layerNorm({ dim: modelDim }),
      attention: lookOneBack(modelDim),
      mlp: mlp({ modelDim, hiddenDim: 3 }),
    }),
    depth: 2,
  }),
});

test('custom layers and ops run, count, save, load and have taps like any other', async () => {
  const weights = randomWeights(model);
  const ids = tensor([1, 2, 3, 4, 5, 6, 0, 1, 2, 3], [batch, length], 'int32');
  const recorder = record(['decoder.layers.*.attention.bent']);
  const y = model(weights, ids, recorder.scope);
  expect([...recorder.values.keys()]).toEqual([0, 1].map(i => `decoder.layers.${i}.attention.bent`));
  expect(countParameters(model)).toBe(7 * 6 + 2 * (2 * 12 + 6 + 6 * 3 + 3 + 3 * 6 + 6));
  const again = await load(model, await save(model, weights));
  const z = model(again, ids);
  await expectClose(z, y, { absolute: 0 });
  // The first block's attention reads the normed embedding of the token before.
  const plain = await plainTree(weights);
  const bent: Rows[] = await nestedOf(recorder.values.get('decoder.layers.0.attention.bent')!);
  const { attentionNorm } = plain.decoder.layers[0];
  const row: number[] = plain.embedding.weight[3]; // the token at index 2 of the first row, seen from position 3
  const mean = row.reduce((total, value) => total + value, 0) / modelDim;
  const root = Math.sqrt(row.reduce((total, value) => total + (value - mean) ** 2, 0) / modelDim + 1e-5);
  const expected = row
    .map((value, i) => ((value - mean) / root) * attentionNorm.weight[i] + attentionNorm.bias[i])
    .map(value => value * Math.tanh(value));
  await expectClose(bent[0]![3]!, expected, { absolute: 1e-5 });
  recorder.dispose();
  dispose([weights, ids, y, again, z]);
});

test('gradients flow through a custom layer and op', async () => {
  const own = lookOneBack(modelDim);
  const [x, dy] = [numbers('x', [1, 3, modelDim]), numbers('dy', [1, 3, modelDim])];
  const weights = { scale: numbers('scale', [modelDim]) };
  const found = gradients(() => sum(mul(own(weights, x), dy)), { x, weights });
  const [[rows], [upstream], scale] = [await nestedOf(x), await nestedOf(dy), await nestedOf(weights.scale)] as [
    Rows[],
    Rows[],
    number[],
  ];
  const slope = (value: number) => Math.tanh(value) + value * (1 - Math.tanh(value) ** 2);
  const expected = rows!.map((row, i) =>
    row.map((value, d) => (i < 2 ? upstream![i + 1]![d]! * scale[d]! * slope(value) : 0)),
  );
  await expectClose(found.gradients.x!, [expected], { absolute: 1e-5 });
  const byScale = scale.map((_, d) =>
    [1, 2].reduce((total, i) => total + upstream![i]![d]! * rows![i - 1]![d]! * Math.tanh(rows![i - 1]![d]!), 0),
  );
  await expectClose(found.gradients.weights.scale!, byScale, { absolute: 1e-5 });
  dispose([x, dy, weights, found]);
});

test('a custom layer that states another width throws when it is composed', () => {
  const compose = () =>
    transformerBlock({ norm: layerNorm({ dim: 6 }), attention: lookOneBack(5), mlp: mlp({ modelDim: 6 }) });
  expect(compose).toThrow('transformerBlock: norm is 6 wide, attention 5; they must be equal');
});
