import '@residual/testkit/wasm';
import { Cache, causal, selfAttention } from '@residual/attention';
import { gpt2Config } from '@residual/families';
import { init, linear, record } from '@residual/layers';
import { add, capture, dispose, memoryUsage, ones } from '@residual/tensor';
import { meanSquaredError, train } from '@residual/train';
import { connectTraining, serveTraining } from '@residual/train/worker';
import { expect, test } from 'vitest';
import { createModel, type Model } from './index.js';
import { connectModels, serveModels } from './worker/index.js';

const config = gpt2Config({ vocab: 7, modelDim: 4, heads: 2, depth: 1, maxPositions: 5 });

test('using frees a model at the end of the scope', async () => {
  let disposedModel: Model;
  const attention = selfAttention({ modelDim: 4, heads: 2, mask: causal() });
  const [x, weights] = [ones([1, 3, 4]), init(attention, { seed: 1 })];
  const before = memoryUsage().tensors;
  {
    using model = await createModel(config, { seed: 1 });
    using recorder = record(['weights']);
    using cache = new Cache({ maxPositions: 5 });
    cache.step(3, scope => attention(weights, x, scope), recorder.scope).dispose();
    const { outputs, graph } = capture(y => [add(y!, ones([1, 3, 4]))], [x]);
    using capturedGraph = graph;
    dispose(outputs);
    expect([model.vocab, recorder.values.size, cache.length, capturedGraph.backend]).toEqual([7, 1, 3, 'wasm']);
    expect(memoryUsage().tensors).toBeGreaterThan(before + 4);
    disposedModel = model;
  }
  expect(memoryUsage().tensors).toBe(before);
  expect(() => disposedModel.weights).toThrow('Model: it was disposed');
  dispose([x, weights]);
});

test('using disposes a remote model and closes a connection at the end of the scope', async () => {
  const source = await createModel(config, { seed: 1 });
  const files = await source.save();
  source.dispose();
  const [models, training] = [new MessageChannel(), new MessageChannel()];
  serveModels(models.port1);
  const layer = linear({ in: 2, out: 1 });
  serveTraining(training.port1, {
    fit: () => {
      const [x, y, weights] = [ones([1, 2]), ones([1, 1]), init(layer, { seed: 1 })];
      const loss = (w: typeof weights) => meanSquaredError(layer(w, x), y);
      const run = train({ layer, weights, loss, batches: [0], steps: 9, learningRate: 0.1 });
      return { training: run, dispose: () => dispose([x, y, weights]) };
    },
  });
  const before = memoryUsage().tensors;
  {
    using connection = connectModels(models.port2);
    await using model = await connection.load(files);
    using trainer = connectTraining(training.port2);
    await using run = trainer.start('fit');
    for await (const event of run) if (event.step === 2) break;
    expect(model.vocab).toBe(7);
  }
  expect(memoryUsage().tensors).toBe(before);
  let waiting: Promise<unknown>;
  {
    using connection = connectModels(models.port2);
    waiting = connection.backends();
  }
  await expect(waiting).rejects.toThrow('connectModels: the connection was closed');
  for (const { port1 } of [models, training]) port1.close();
});
