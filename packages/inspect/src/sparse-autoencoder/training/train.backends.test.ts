import { dispose } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { randomWindows } from '@residual/train';
import { expect, test } from 'vitest';
import { tinyGpt2 } from '../../testing/tiny-model.js';
import type { SparseAutoencoderStep } from './options.js';
import { trainSparseAutoencoder } from './train.js';

const tokens = Array.from({ length: 300 }, (_, i) => (7 * i + (i % 5) * (i % 3)) % 13);
const batches = randomWindows(tokens, { length: 5, batch: 3, seed: 2 });

test.each(['relu', 'jumpRelu', 'gated', { topK: 3 }] as const)(
  'an autoencoder of %o explains more with each step',
  activation =>
    expectNoLeak(async () => {
      const model = tinyGpt2();
      const training = trainSparseAutoencoder(model, {
        path: 'blocks.1.hook_resid_post',
        batches,
        features: 17,
        activation,
        steps: 12,
        learningRate: 0.02,
        ...(typeof activation === 'object' ? {} : { sparsity: 0.1 }),
      });
      const steps: SparseAutoencoderStep[] = [];
      for await (const event of training) if (event.type === 'step') steps.push(event);
      const explained = steps.map(({ explainedVariance }) => explainedVariance);
      expect(explained.at(-1)).toBeGreaterThan(explained[0]! + 0.05);
      expect(steps.at(-1)).toMatchObject({ step: 12, deadFeatures: 0 });
      if (typeof activation === 'object') expect(steps.every(({ l0 }) => l0 <= 3 && l0 > 1)).toBe(true);
      expect(training.autoencoder.path).toBe('decoder.layers.1.output');
      dispose([training, model.weights]);
    }),
);
