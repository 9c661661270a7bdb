import '@residual/testkit/cpu';
import '@residual/testkit/wasm';
import { dispose, memoryUsage, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2 } from '../testing/tiny-model.js';
import { type NameExample, type NameMoverScores, nameMoverScores } from './name-movers.js';

interface Reference {
  readonly nameMovers: NameMoverScores & { readonly top: number; readonly examples: NameExample[] };
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  test.each(['gpt2', 'llama'])('name mover scores of %s are those of hooks on the reference model', async family => {
    await useBackend(backend);
    await expectNoLeak(async () => {
      const file = await fixtureJson<Record<string, Reference>>('inspect/scores/scores.json');
      const { top, examples, ...expected } = file[family]!.nameMovers;
      const model = await loadCheckpoint(`fixtures/checkpoints/${family}`);
      const progress: number[] = [];
      const onProgress = ({ done, total }: { done: number; total: number }) => progress.push(done / total);
      const scores = await nameMoverScores(model, examples, { top, onProgress });
      expect(scores.copy).toEqual(expected.copy);
      await expectClose(scores.attention, expected.attention, { absolute: 1e-5 });
      await expectClose(scores.attribution, expected.attribution, { absolute: 1e-5 });
      await expectClose(scores.correlation, expected.correlation, { absolute: 1e-4 });
      expect(progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
      dispose(model.weights);
    });
  });
});

test('prompts without names or with positions outside are refused, and an abort frees everything', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const before = memoryUsage().tensors;
    const refused = (examples: NameExample[], options: object, message: string) =>
      expect(nameMoverScores(model, examples, options)).rejects.toThrow(message);
    await refused([], {}, 'nameMoverScores: there is no prompt; it needs one or more with names');
    await refused([{ ids: [1, 2, 3], names: [] }], {}, 'nameMoverScores: a prompt of 3 tokens has no name');
    await refused([{ ids: [1, 2, 3], names: [3] }], {}, 'nameMoverScores: position 3 does not exist, there are 3');
    await refused([{ ids: [1, 2], names: [0] }], { top: 14 }, 'nameMoverScores: top is 14; it must be a whole number');
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('enough'));
    const examples = [1, 2, 3].map(id => ({ ids: [id, 2, 4], names: [0] }));
    await refused(examples, { signal: abort.signal, onProgress }, 'enough');
    expect(memoryUsage().tensors).toBe(before);
    dispose(model.weights);
  }));
