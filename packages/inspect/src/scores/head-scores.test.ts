import '@residual/testkit/cpu';
import '@residual/testkit/wasm';
import { dispose, memoryUsage, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak, fixtureJson } from '@residual/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from '../run.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2 } from '../testing/tiny-model.js';
import { type HeadScores, headScores } from './head-scores.js';

interface Reference {
  readonly ids: number[][];
  readonly period: number;
  readonly scores: HeadScores;
}

describe.each(['cpu', 'wasm'])('on %s', backend => {
  beforeAll(() => useBackend(backend));

  test.each(['gpt2', 'llama'])('head scores of %s are those of hooks on the reference model', family =>
    expectNoLeak(async () => {
      const { ids, period, scores } = (await fixtureJson<Record<string, Reference>>('inspect/scores/scores.json'))[
        family
      ]!;
      const model = await loadCheckpoint(`fixtures/checkpoints/${family}`);
      const actual = await headScores(model, ids, { period });
      for (const name of ['previousToken', 'duplicateToken', 'induction'] as const)
        await expectClose(actual[name], scores[name], { absolute: 1e-5 });
      dispose(model.weights);
    }),
  );

  test('head scores of an encoder-decoder are those of the self-attention of its decoder', () =>
    expectNoLeak(async () => {
      const model = await loadCheckpoint('fixtures/checkpoints/marian');
      const [period, input] = [2, { source: [5, 6, 7], target: [3, 4, 3, 4, 3] }];
      const { induction } = await headScores(model, input, { period });
      using reference = run(model, input, { names: ['decoder.layers.*.attention.weights'] });
      const expected: number[][] = [];
      for (const weights of reference.activations.values()) {
        const values = await weights.data(); // [1, heads, 5, 5]
        const meanOf = (head: number) =>
          [2, 3, 4].reduce((sum, i) => sum + values[25 * head + 5 * i + i - period + 1]! / 3, 0);
        expected.push(Array.from({ length: weights.shape[1]! }, (_, head) => meanOf(head)));
      }
      await expectClose(induction, expected, { absolute: 1e-6 });
      dispose(model.weights);
    }));
});

test('head scores refuse an input that does not repeat, and free everything also after an abort', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const before = memoryUsage().tensors;
    await expect(headScores(model, [1, 2, 3, 4, 5], { period: 5 })).rejects.toThrow(
      'headScores: the input has 5 tokens and the period is 5; it must be longer than the period',
    );
    await expect(headScores(model, [1, 2, 3], { period: 0 })).rejects.toThrow(
      'headScores: period is 0; it must be a whole number, 1 or more',
    );
    const abort = new AbortController();
    const scores = headScores(model, [1, 2, 1, 2], { period: 2, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(scores).rejects.toThrow('enough');
    expect(memoryUsage().tensors).toBe(before);
    dispose(model.weights);
  }));
