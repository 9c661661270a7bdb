import { dispose } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { expect, test } from 'vitest';
import { attributeLogits, type Contribution } from '../index.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';

type Components = Readonly<Record<'block' | 'head' | 'neuron', readonly Contribution[]>>;

interface Reference {
  readonly ids: readonly number[];
  readonly target: number;
  readonly against: number;
  readonly logit: number;
  readonly difference: number;
  readonly components: Components;
  readonly componentsOfDifference: Components;
}

const contributionsOf = (components: readonly Contribution[]) => components.map(({ contribution }) => contribution);

test.each(['gpt2', 'llama'])('%s: a logit splits as on the reference', name =>
  expectNoLeak(async () => {
    const reference = await fixtureJson<Reference>(`inspect/attribution/${name}.json`);
    const { ids, target, against } = reference;
    const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
    for (const by of ['block', 'head', 'neuron'] as const) {
      const { logit, components } = await attributeLogits(model, ids, { target, by, neurons: 3 });
      const expected = reference.components[by];
      expect(components.map(({ path }) => path)).toEqual(expected.map(({ path }) => path));
      await expectClose(contributionsOf(components), contributionsOf(expected), { absolute: 1e-4 });
      expect(logit).toBeCloseTo(reference.logit, 4);
      const difference = await attributeLogits(model, ids, { target, against, by, neurons: 3, position: -1 });
      const wanted = reference.componentsOfDifference[by];
      await expectClose(contributionsOf(difference.components), contributionsOf(wanted), { absolute: 1e-4 });
      expect(difference.logit).toBeCloseTo(reference.difference, 4);
    }
    dispose(model.weights);
  }),
);
