import { dispose } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { test } from 'vitest';
import { patchSweep } from '../index.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';

interface Reference {
  readonly clean: readonly number[];
  readonly corrupt: readonly number[];
  readonly answer: number;
  readonly wrong: number;
  readonly heads: number[][];
}
const references = await fixtureJson<{ llama: Reference }>('inspect/patching/reference.json');

test('patched heads are those of the reference on every backend', () =>
  expectNoLeak(async () => {
    const model = await loadCheckpoint('fixtures/checkpoints/llama');
    const { heads, clean, corrupt, answer, wrong } = references.llama;
    const { values } = await patchSweep(model, { clean, corrupt, answer, wrong, what: 'heads', batch: 1 });
    await expectClose(values, heads, { absolute: 1e-3 });
    dispose(model.weights);
  }));
