import { causal, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { flatten, layerNorm, linear } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { crossEntropy, dispose, gradients, mean, reshape, type Tensor, tensor } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { logits64, losses64, plainTree, randomWeights } from '../test/float64.js';
import { languageModel, stack, transformerBlock } from './index.js';

const [vocab, modelDim, heads, length] = [7, 6, 2, 5];
const norm = layerNorm({ dim: modelDim });
const model = languageModel({
  embedding: tokenEmbedding({ vocab, dim: modelDim }),
  positionEncoding: learnedPositions({ maxPositions: length, dim: modelDim }),
  decoder: stack({
    block: transformerBlock({
      norm,
      attention: selfAttention({ modelDim, heads, mask: causal() }),
      mlp: mlp({ modelDim, hiddenDim: 3 }),
    }),
    depth: 2,
    norm,
  }),
  head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }),
});
const [row, next] = [
  [3, 1, 4, 1, 5],
  [1, 4, 1, 5, 2],
];

const lossAndGradients = (weights: Parameters<typeof model>[0], ids: Tensor, labels: Tensor) =>
  gradients(() => mean(crossEntropy(reshape(model(weights, ids), [length, vocab]), labels)), weights);

test('each gradient of a model of two blocks agrees with finite differences of float64 loops', async () => {
  const weights = randomWeights(model);
  const [ids, labels] = [tensor(row, [1, length], 'int32'), tensor(next, [length], 'int32')];
  const found = lossAndGradients(weights, ids, labels);
  const plain = await plainTree(weights);
  const loss = () => losses64(logits64(row, plain, heads), next).reduce((total, value) => total + value, 0) / length;
  expect(Math.abs((await found.value.data())[0]! - loss())).toBeLessThan(1e-5);

  const wrong: string[] = [];
  for (const [path, leaf] of flatten(model, weights)) {
    const gradient = flatten(model, found.gradients).get(path) as Tensor;
    const values = await gradient.data();
    // Three entries of each leaf, the last among them; of tables, rows that are used.
    for (const index of new Set([0.34, 0.6, 1].map(share => Math.ceil(share * values.length) - 1))) {
      const [width] = leaf.shape.slice(-1) as [number];
      const steps = path.split('.');
      const at = steps.reduce((node, name) => node[name], plain);
      const target = leaf.shape.length === 1 ? at : at[Math.floor(index / width)];
      const place = index % width;
      const original = target[place];
      const lossAt = (change: number) => {
        target[place] = original + change;
        return loss();
      };
      const slope = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5;
      target[place] = original;
      if (!(Math.abs(values[index]! - slope) <= 2e-5 + 1e-3 * Math.abs(slope)))
        wrong.push(`${path}[${index}]: ${values[index]} is not ${slope}`);
    }
  }
  expect(wrong).toEqual([]);
  dispose([weights, ids, labels, found]);
});

test('a gradient leaks no tensor', async () => {
  const weights = randomWeights(model);
  const [ids, labels] = [tensor(row, [1, length], 'int32'), tensor(next, [length], 'int32')];
  await expectNoLeak(() => dispose(lossAndGradients(weights, ids, labels)));
  dispose([weights, ids, labels]);
});
