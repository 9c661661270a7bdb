import { dispose } from '@residual/tensor';
import { expectClose, fixtureJson } from '@residual/testkit';
import { expect } from 'vitest';
import { attributeLogits, type Contribution, type Split } from '../index.js';
import { loadCheckpoint } from './load-checkpoint.js';

type Components = Readonly<Record<Split, readonly Contribution[]>>;

interface Reference {
  readonly ids: readonly number[];
  readonly target: number;
  readonly against: number;
  readonly logit: number;
  readonly difference: number;
  readonly components: Components;
  readonly componentsOfDifference: Components;
}

/** Compares the components of a logit and of a difference of logits of a checkpoint with the reference. */
export async function expectAttribution(name: 'gpt2' | 'llama', splits: readonly Split[]): Promise<void> {
  const reference = await fixtureJson<Reference>(`inspect/attribution/${name}.json`);
  const { ids, target, against } = reference;
  const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
  for (const by of splits)
    for (const isDifference of [false, true]) {
      const tokens = isDifference ? { target, against, position: -1 } : { target };
      const { logit, components } = await attributeLogits(model, ids, { ...tokens, by, neurons: 3 });
      const expected = (isDifference ? reference.componentsOfDifference : reference.components)[by];
      expect(components.map(({ path }) => path)).toEqual(expected.map(({ path }) => path));
      const contributionsOf = (all: readonly Contribution[]) => all.map(({ contribution }) => contribution);
      await expectClose(contributionsOf(components), contributionsOf(expected), { absolute: 1e-4 });
      expect(logit).toBeCloseTo(isDifference ? reference.difference : reference.logit, 4);
    }
  dispose(model.weights);
}
