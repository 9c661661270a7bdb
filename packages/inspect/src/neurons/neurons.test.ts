import '@residual/testkit/cpu';
import '@residual/testkit/wasm';
import { selfAttention } from '@residual/attention';
import { tokenEmbedding } from '@residual/embeddings';
import { init, layerNorm } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, memoryUsage, relu, type Tensor, uniformValues, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { languageModel, stack, transformerBlock } from '@residual/transformer';
import { describe, expect, test } from 'vitest';
import type { BoundLayer } from '../bound-layer.js';
import { run } from '../run.js';
import { tinyGpt2 } from '../testing/tiny-model.js';
import { activationStatistics } from './activation-statistics.js';
import { topActivations } from './top-activations.js';

const path = 'decoder.layers.1.mlp.hidden';

/** Sequences of different lengths on 13 tokens. */
const corpus = [5, 3, 7, 3, 11, 2, 5].map((length, sequence) =>
  Array.from(uniformValues(sequence, 'corpus', length), draw => Math.floor(13 * draw)),
);

/** The activations of each sequence, run alone: [sequence][position][neuron]. */
async function activationsOf(model: BoundLayer, name = path): Promise<number[][][]> {
  const all: number[][][] = [];
  for (const ids of corpus) {
    using result = run(model, ids, { names: [name] });
    const x = result.activation(name);
    const [values, width] = [Array.from(await x.data()), x.shape[2]!];
    all.push(ids.map((_, i) => values.slice(i * width, (i + 1) * width)));
  }
  return all;
}

/** The largest activations of a neuron, by sorting all of them. */
const sortedTop = (all: number[][][], neuron: number) =>
  all
    .flatMap((rows, sequence) => rows.map((row, position) => ({ sequence, position, activation: row[neuron]! })))
    .sort((a, b) => b.activation - a.activation);

/** A model whose attention sees later tokens, so that padding would change it. */
function bidirectionalModel(): BoundLayer {
  const block = transformerBlock({
    norm: layerNorm({ dim: 6 }),
    attention: selfAttention({ modelDim: 6, heads: 2 }),
    mlp: mlp({ modelDim: 6, hiddenDim: 7 }),
  });
  const layer = languageModel({
    embedding: tokenEmbedding({ vocab: 13, dim: 6 }),
    decoder: stack({ block, depth: 2 }),
    bidirectional: true,
  });
  return { layer: layer as never, weights: init(layer, { seed: 2 }) };
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  test.each([
    ['a causal model, padded', tinyGpt2, 3],
    ['a causal model, one by one', tinyGpt2, 1],
    ['a bidirectional model', bidirectionalModel, 3],
  ])('the top activations of %s are those of all activations sorted', async (_, make, batch) => {
    await useBackend(backend);
    await expectNoLeak(async () => {
      const model = make() as BoundLayer;
      const all = await activationsOf(model);
      const neurons = [5, 2];
      const result = await topActivations(model, corpus, { names: [path], neurons, count: 6, context: 2, batch });
      expect(result.map(({ neuron }) => neuron)).toEqual(neurons);
      for (const { neuron, top } of result) {
        const expected = sortedTop(all, neuron).slice(0, 6);
        await expectClose(
          top.map(({ activation }) => activation),
          expected.map(({ activation }) => activation),
          { absolute: 1e-6 },
        );
        expect(top.map(({ sequence, position }) => [sequence, position])).toEqual(
          expected.map(({ sequence, position }) => [sequence, position]),
        );
        for (const { sequence, position, token, context, contextStart } of top) {
          expect(token).toBe(corpus[sequence]![position]);
          expect(contextStart).toBe(Math.max(position - 2, 0));
          expect(context).toEqual(corpus[sequence]!.slice(contextStart, position + 3));
        }
      }
      dispose(model.weights);
    });
  });

  test('statistics are those of all activations', async () => {
    await useBackend(backend);
    await expectNoLeak(async () => {
      const model = tinyGpt2();
      const all = (await activationsOf(model)).flat();
      const [statistics] = await activationStatistics(model, corpus, { names: ['blocks.1.mlp.hook_post'], batch: 3 });
      const { tokens, neurons, mean, std, positive, max } = statistics!;
      expect([statistics!.path, tokens, neurons.length]).toEqual([path, 36, 40]);
      const column = (neuron: number) => all.map(row => row[neuron]!);
      const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const means = neurons.map(neuron => average(column(neuron)));
      const close = { absolute: 1e-6 };
      await expectClose(mean, means, close);
      const stds = neurons.map(i => Math.sqrt(average(column(i).map(value => (value - means[i]!) ** 2))));
      await expectClose(std, stds, close);
      await expectClose(
        positive,
        neurons.map(i => average(column(i).map(value => (value > 0 ? 1 : 0)))),
        close,
      );
      await expectClose(
        max,
        neurons.map(i => Math.max(...column(i))),
        close,
      );
      dispose(model.weights);
    });
  });
});

test('each sequence counts once where that is asked for, features come from a transform, the corpus may stream', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const all = await activationsOf(model);
    async function* stream() {
      for (const ids of corpus) yield ids;
    }
    const progress: unknown[] = [];
    const transform = (x: Tensor) => relu(x);
    const options = { names: [path], neurons: [3], count: 4, oncePerSequence: true, transform, batch: 4 };
    const [result] = await topActivations(model, stream(), { ...options, onProgress: step => progress.push(step) });
    const best = all
      .map((rows, sequence) => ({ sequence, activation: Math.max(0, ...rows.map(row => row[3]!)) }))
      .sort((a, b) => b.activation - a.activation || a.sequence - b.sequence)
      .slice(0, 4);
    expect(result!.top.map(({ sequence }) => sequence)).toEqual(best.map(({ sequence }) => sequence));
    await expectClose(
      result!.top.map(({ activation }) => activation),
      best.map(({ activation }) => activation),
      {
        absolute: 1e-6,
      },
    );
    expect(progress).toEqual([
      { done: 4, total: undefined },
      { done: 7, total: undefined },
    ]);
    dispose(model.weights);
  }));

test('what does not fit is refused and frees everything', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const before = memoryUsage().tensors;
    const refused = (options: object, message: string, sequences = corpus) =>
      expect(topActivations(model, sequences, { names: [path], ...options })).rejects.toThrow(message);
    await refused({ names: [] }, 'topActivations: names is empty; it needs one or more');
    await refused({ names: ['decoder.layers.9.mlp.hidden'] }, "topActivations: 'decoder.layers.9.mlp.hidden' fits no");
    await refused({ neurons: [40] }, 'topActivations: neuron is 40; it must be a whole number from 0 to 39');
    await refused({ count: 0 }, 'topActivations: count is 0; it must be a whole number, 1 or more');
    await refused(
      { names: ['decoder.layers.0.attention.value'] },
      'topActivations: decoder.layers.0.attention.value is [7, 2, 11, 5]; neurons are [batch, length, width]',
    );
    await refused({}, 'topActivations: sequence 1 is empty', [[1], []]);
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('enough'));
    await refused({ batch: 2, signal: abort.signal, onProgress }, 'enough');
    expect(memoryUsage().tensors).toBe(before);
    dispose(model.weights);
  }));
