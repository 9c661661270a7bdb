import { dispose } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { tinyGpt2 } from '../../testing/tiny-model.js';
import type { SparseAutoencoderStep } from './options.js';
import { trainSparseAutoencoder } from './train.js';

test('an autoencoder explains more after some steps', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const training = trainSparseAutoencoder(model, {
      path: 'blocks.1.hook_resid_post',
      batches: [
        [
          [3, 1, 4, 1, 5],
          [9, 2, 6, 5, 3],
        ],
      ],
      features: 17,
      activation: { topK: 3 },
      steps: 4,
      learningRate: 0.02,
      deadAfter: 15,
    });
    const steps: SparseAutoencoderStep[] = [];
    for await (const event of training) if (event.type === 'step') steps.push(event);
    expect(steps.at(-1)!.explainedVariance).toBeGreaterThan(steps[0]!.explainedVariance + 0.05);
    expect(steps.map(({ l0 }) => l0 <= 3 && l0 > 1)).toEqual([true, true, true, true]);
    expect(steps.at(-1)!.deadFeatures).toBeGreaterThan(0);
    expect(training.autoencoder.path).toBe('decoder.layers.1.output');
    dispose([training, model.weights]);
  }));
