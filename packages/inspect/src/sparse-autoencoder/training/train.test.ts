import '@residual/backend-cpu';
import { clone, dispose, keep, memoryUsage, sub, type Tensor, tensor, tidy, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { constantRate, memoryStore, randomWindows } from '@residual/train';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../../run.js';
import { tinyGpt2 } from '../../testing/tiny-model.js';
import { activationAt } from './activation-at.js';
import { activationRows } from './batch.js';
import { sparseOptimizer } from './optimizer.js';
import type { SparseAutoencoderStep, TrainSparseAutoencoderOptions } from './options.js';
import { trainSparseAutoencoder } from './train.js';

beforeAll(async () => {
  await useBackend('cpu');
});

const path = 'decoder.layers.1.output';
const tokens = Array.from({ length: 300 }, (_, i) => (7 * i + (i % 5) * (i % 3)) % 13);
const batches = randomWindows(tokens, { length: 5, batch: 3, seed: 2 });
const base: TrainSparseAutoencoderOptions = {
  path,
  batches,
  features: 17,
  activation: { topK: 3 },
  steps: 8,
  learningRate: 0.02,
  deadAfter: 40,
};

async function stepsOf(training: AsyncIterable<{ type: string }>): Promise<SparseAutoencoderStep[]> {
  const steps: SparseAutoencoderStep[] = [];
  for await (const event of training) if (event.type === 'step') steps.push(event as SparseAutoencoderStep);
  return steps;
}

const valuesOf = async (x: unknown) => Array.from((await (x as Tensor).data()) as Float32Array);

test('the activation at a path is that of a whole run, which the error names if there is none', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using whole = run(model, [3, 1, 4], { names: [path] });
    const activation = activationAt('here', model, [3, 1, 4], 'blocks.1.hook_resid_post');
    await expectClose(activation, whole.activation(path), { absolute: 0 });
    expect(() => activationAt('here', model, [3, 1, 4], 'decoder.layers.3.output')).toThrow(
      "here: 'decoder.layers.3.output' fits no tensor that came up; the nearest are decoder.layers.0.output, " +
        'decoder.layers.1.output, decoder.layers.2.output,',
    );
    dispose([activation, model.weights]);
  }));

test.each(['relu', 'jumpRelu', 'gated'] as const)('an autoencoder of %s explains more with each step', activation =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const sparsity = constantRate({ peak: 0.1, warmUp: 4 });
    using training = trainSparseAutoencoder(model, { ...base, activation, steps: 12, sparsity });
    const explained = (await stepsOf(training)).map(({ explainedVariance }) => explainedVariance);
    expect(explained.at(-1)).toBeGreaterThan(explained[0]! + 0.05);
    dispose(model.weights);
  }),
);

test('the sparsity of a step is that of the schedule', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const seen: number[] = [];
    const sparsity = (step: number) => {
      seen.push(step);
      return step;
    };
    using training = trainSparseAutoencoder(model, { ...base, activation: 'relu', steps: 3, sparsity });
    await stepsOf(training);
    expect(seen).toEqual([0, 1, 2]);
    using wrong = trainSparseAutoencoder(model, { ...base, activation: 'relu', steps: 3, sparsity: -1 });
    await expect(stepsOf(wrong)).rejects.toThrow(
      'trainSparseAutoencoder: sparsity is -1; it must be a number, 0 or more',
    );
    dispose(model.weights);
  }));

test('the directions of features keep norm 1, and the scale gives the activations a mean norm of √modelDim', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    using training = trainSparseAutoencoder(model, base);
    expect(() => training.autoencoder).toThrow('there is no autoencoder before the first event');
    await stepsOf(training);
    const { layer, weights } = training.autoencoder;
    const decoder = await valuesOf(weights.decoder.weight);
    for (let feature = 0; feature < 17; feature++) {
      const column = Array.from({ length: 10 }, (_, i) => decoder[17 * i + feature]!);
      expect(Math.hypot(...column)).toBeCloseTo(1, 5);
    }
    const rows = activationRows(model, batches(0), path);
    const values = await valuesOf(rows);
    const norms = Array.from({ length: 15 }, (_, i) => Math.hypot(...values.slice(10 * i, 10 * i + 10)));
    const mean = norms.reduce((sum, norm) => sum + norm / 15, 0);
    expect(layer.settings.scale).toBeCloseTo(Math.sqrt(10) / mean, 4);
    expect(() => training[Symbol.asyncIterator]()).toThrow('this run was iterated before');
    dispose([rows, model.weights]);
  }));

test('the part of a gradient along a direction is left out, thresholds stay at 0 or more, tokens are counted', () =>
  expectNoLeak(async () => {
    const seen: Tensor[] = [];
    const fired = tensor([1, 0, 0]);
    const optimizer = sparseOptimizer(
      {
        name: 'plain',
        stateNames: () => ['state'],
        scalars: rate => ({ rate }),
        update: ({ weight, gradient, optimizerState }) => {
          seen.push(keep(clone(gradient)));
          return { weight: sub(weight, gradient), optimizerState };
        },
      },
      () => ({ fired, tokens: 7 }),
    );
    const update = (path: string, weight: Tensor, gradient: Tensor) =>
      tidy(() => optimizer.update({ path, weight, gradient, optimizerState: {}, scalars: {} }).weight);
    const [weight, gradient] = [
      tensor([
        [0.6, 1],
        [0.8, 0],
      ]),
      tensor([
        [1, 0.5],
        [2, 0.5],
      ]),
    ];
    const decoder = update('autoencoder.decoder.weight', weight, gradient);
    // The first column loses 2.2 · (0.6, 0.8), the second 0.5 · (1, 0).
    await expectClose(seen[0]!, [-0.32, 0, 0.24, 0.5], { absolute: 1e-6 });
    const [first, second] = [Math.hypot(0.92, 0.56), Math.hypot(1, 0.5)];
    await expectClose(decoder, [0.92 / first, 1 / second, 0.56 / first, -0.5 / second], { absolute: 1e-6 });
    const vectors = [tensor([0.5, 0.1, 3]), tensor([0.2, 0.3, 0])] as const;
    const threshold = update('autoencoder.threshold', ...vectors);
    await expectClose(threshold, [0.3, 0, 3], { absolute: 1e-6 });
    const bias = update('autoencoder.encoder.bias', ...vectors);
    await expectClose(bias, [0.3, -0.2, 3], { absolute: 1e-6 });
    const count = update('tokensSinceFired', ...vectors);
    await expectClose(count, [0, 7.1, 10], { absolute: 1e-6 });
    expect(optimizer.stateNames('tokensSinceFired', [3])).toEqual([]);
    expect([optimizer.name, optimizer.stateNames('autoencoder.threshold', [3])]).toEqual(['sparse-plain', ['state']]);
    dispose([seen, fired, weight, gradient, decoder, threshold, bias, count, vectors]);
  }));

test('features that are not active for long are dead, and from then on their loss counts', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const stepsWith = async (deadCoefficient: number) => {
      const options = { ...base, activation: { topK: 1 }, steps: 6, deadCoefficient };
      using training = trainSparseAutoencoder(model, options);
      return await stepsOf(training);
    };
    const [without, withLoss] = [await stepsWith(0), await stepsWith(1)];
    const dead = without.map(({ deadFeatures }) => deadFeatures);
    expect(dead.slice(0, 2)).toEqual([0, 0]); // 15 tokens a step, dead after 40
    expect(dead[2]).toBeGreaterThan(3);
    for (const [i, { loss }] of withLoss.entries()) {
      if (i <= 2) expect(loss).toBe(without[i]!.loss);
      else expect(loss).not.toBe(without[i]!.loss);
    }
    dispose(model.weights);
  }));

test('a run that resumes from a checkpoint ends like one that was not interrupted', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const whole = trainSparseAutoencoder(model, base);
    const expected = await stepsOf(whole);
    const checkpoint = { every: 3, store: memoryStore() };
    const first = trainSparseAutoencoder(model, { ...base, steps: 5, checkpoint });
    const steps = await stepsOf(first);
    first.dispose();
    const second = trainSparseAutoencoder(model, { ...base, checkpoint });
    for await (const event of second) {
      if (event.type === 'resume') expect(event.step).toBe(5);
      if (event.type === 'step') steps.push(event);
    }
    const numbers = (each: readonly SparseAutoencoderStep[]) =>
      each.map(({ step, loss, l0, explainedVariance, deadFeatures }) => [
        step,
        loss,
        l0,
        explainedVariance,
        deadFeatures,
      ]);
    expect(expected.some(({ deadFeatures }) => deadFeatures > 0)).toBe(true);
    expect(numbers(steps)).toEqual(numbers(expected));
    expect(await valuesOf(second.autoencoder.weights.encoder.weight)).toEqual(
      await valuesOf(whole.autoencoder.weights.encoder.weight),
    );
    dispose([whole, second, model.weights]);
  }));

test('an abort, an error and leaving the loop free everything except the autoencoder', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const before = memoryUsage().tensors;
    const abort = new AbortController();
    const aborted = trainSparseAutoencoder(model, { ...base, signal: abort.signal });
    await expect(
      (async () => {
        for await (const { step } of aborted) if (step === 2) abort.abort();
      })(),
    ).rejects.toThrow('aborted');
    expect(memoryUsage().tensors).toBe(before + 4);
    aborted.dispose();
    const left = trainSparseAutoencoder(model, base);
    for await (const _ of left) break;
    left.dispose();
    const disposed = trainSparseAutoencoder(model, base);
    disposed.dispose();
    await expect(stepsOf(disposed)).rejects.toThrow('the run was disposed before its first step');
    const wrong = trainSparseAutoencoder(model, { ...base, path: 'decoder.layers.7.output' });
    await expect(stepsOf(wrong)).rejects.toThrow("trainSparseAutoencoder: 'decoder.layers.7.output' fits no tensor");
    const failing = trainSparseAutoencoder(model, {
      ...base,
      batches: position => (position === 1 ? [99] : [1, 2, 3]),
    });
    await expect(stepsOf(failing)).rejects.toThrow('train: step 2: ');
    failing.dispose();
    expect(memoryUsage().tensors).toBe(before);
    dispose(model.weights);
  }));

test('positions of a batch without a label are left out', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const ids = Int32Array.of(3, 1, 4, 1, 5, 9);
    const all = activationRows(model, { sequences: 2, length: 3, ids, labels: ids }, path);
    const labels = Int32Array.of(-100, 4, 1, -100, 9, 2);
    const some = activationRows(model, { sequences: 2, length: 3, ids, labels }, path);
    const values = await valuesOf(all);
    await expectClose(
      some,
      [1, 2, 4, 5].flatMap(row => values.slice(10 * row, 10 * row + 10)),
      { absolute: 0 },
    );
    expect(() => activationRows(model, { sequences: 2, length: 3, ids, labels, documentIds: ids }, path)).toThrow(
      'trainSparseAutoencoder: the batch packs several documents into a sequence; use windows of one',
    );
    dispose([all, some, model.weights]);
  }));

test('options that do not fit are refused', () => {
  const refused = (options: object, message: string) =>
    expect(() => trainSparseAutoencoder(undefined as never, { ...base, ...options })).toThrow(message);
  refused({ activation: { topK: 18 } }, 'trainSparseAutoencoder: topK is 18; it must be a whole number from 1 to 17');
  refused({ sparsity: 1 }, 'trainSparseAutoencoder: sparsity is a coefficient that topK does not have; leave it out');
  refused({ bandwidth: 1 }, 'trainSparseAutoencoder: bandwidth is of jumpRelu, and the activation is topK');
  refused({ deadCoefficient: -1 }, 'trainSparseAutoencoder: deadCoefficient is -1; it must be a number, 0 or more');
  refused({ deadAfter: 0.5 }, 'trainSparseAutoencoder: deadAfter is 0.5; it must be a whole number, 1 or more');
  refused({ depth: 3 }, 'trainSparseAutoencoder: depth is not an option');
});
