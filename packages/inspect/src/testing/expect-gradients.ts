import { dispose, mean } from '@residual/tensor';
import { expectClose, fixtureJson } from '@residual/testkit';
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

/** Compares gradient × input and attention rollout of a checkpoint with the reference. */
export async function expectGradients(name: 'gpt2' | 'llama'): Promise<void> {
  const reference = await fixtureJson<Reference>(`inspect/attribution/${name}.json`);
  const { ids, target, against } = reference;
  const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
  const { value, contributions } = await gradientTimesInput(model, ids, { target, against });
  await close(contributions, reference.gradientTimesInput.contributions);
  await close([value], [reference.gradientTimesInput.value]);
  await close((await attentionRollout(model, ids)).flat(2), reference.rollout.flat(2));
  dispose(model.weights);
}

/** Compares integrated gradients of a checkpoint with the reference; the mean is the baseline for a Llama. */
export async function expectIntegratedGradients(name: 'gpt2' | 'llama', batch: number): Promise<void> {
  const reference = await fixtureJson<Reference>(`inspect/attribution/${name}.json`);
  const { ids, target, against } = reference;
  const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
  const isFromMean = name === 'llama';
  const expected = isFromMean ? reference.integratedGradientsFromMean : reference.integratedGradients;
  const baseline = isFromMean && mean(model.weights.embedding.weight, { axis: 0 });
  const { steps } = reference.integratedGradients;
  const settings = { target, against, steps, batch, ...(baseline && { baseline }) };
  const { value, baselineValue, contributions } = await integratedGradients(model, ids, settings);
  await close(contributions, expected.contributions);
  await close([value, baselineValue], [reference.gradientTimesInput.value, expected.baselineValue]);
  dispose([model.weights, baseline]);
}

function close(values: readonly number[], expected: readonly number[]) {
  return expectClose(values, expected, { absolute: 1e-4 });
}
