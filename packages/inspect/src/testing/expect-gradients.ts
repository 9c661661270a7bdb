import { dispose, mean } from '@residual/tensor';
import { expectClose, fixtureJson } from '@residual/testkit';
import { expect } from 'vitest';
import { attentionRollout, gradientTimesInput, type InputAttribution, integratedGradients } from '../index.js';
import { loadCheckpoint } from './load-checkpoint.js';

interface Reference {
  readonly ids: readonly number[];
  readonly target: number;
  readonly against: number;
  readonly gradientTimesInput: InputAttribution;
  readonly integratedGradients: { steps: number; baselineValue: number; contributions: readonly number[] };
  readonly integratedGradientsFromMean: { baselineValue: number; contributions: readonly number[] };
  readonly rollout: number[][][];
}

/** Compares what positions contribute on a checkpoint with the reference; the mean is the baseline for a Llama. */
export async function expectGradients(name: 'gpt2' | 'llama', batch: number): Promise<void> {
  const reference = await fixtureJson<Reference>(`inspect/attribution/${name}.json`);
  const { ids, target, against } = reference;
  const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
  const close = (values: readonly number[], expected: readonly number[]) =>
    expectClose(values, expected, { absolute: 1e-4 });

  const product = await gradientTimesInput(model, ids, { target, against });
  await close(product.contributions, reference.gradientTimesInput.contributions);
  await close([product.value], [reference.gradientTimesInput.value]);

  const { steps } = reference.integratedGradients;
  const onMean = name === 'llama';
  const expected = onMean ? reference.integratedGradientsFromMean : reference.integratedGradients;
  const baseline = onMean && mean(model.weights.embedding.weight, { axis: 0 });
  const settings = { target, against, steps, batch, ...(baseline && { baseline }) };
  const integrated = await integratedGradients(model, ids, settings);
  await close(integrated.contributions, expected.contributions);
  await close([integrated.value, integrated.baselineValue], [product.value, expected.baselineValue]);
  const total = integrated.contributions.reduce((sum, value) => sum + value, 0);
  const change = integrated.value - integrated.baselineValue;
  expect(integrated.convergenceDelta).toBeCloseTo(total - change, 6);

  await close((await attentionRollout(model, ids)).flat(2), reference.rollout.flat(2));
  dispose([model.weights, baseline]);
}
