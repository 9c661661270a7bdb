import { dispose } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { run } from '../run.js';
import { tinyGpt2 } from '../testing/tiny-model.js';
import { headScores } from './head-scores.js';

test('head scores are means over the weights of a run', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const [period, length] = [3, 7];
    const input = [
      [1, 2, 3, 1, 2, 3, 1],
      [5, 9, 4, 5, 9, 4, 5],
    ];
    const scores = await headScores(model, input, { period });
    using reference = run(model, input, { names: ['decoder.layers.*.attention.weights'] });
    const means = async (distance: number, first: number) => {
      const layers: number[][] = [];
      for (const weights of reference.activations.values()) {
        const values = await weights.data(); // [2, 2, 7, 7]
        const rows = [0, 1].flatMap(sequence =>
          Array.from({ length: length - first }, (_, i) => ({ sequence, i: first + i })),
        );
        const at = (head: number, { sequence, i }: { sequence: number; i: number }) =>
          values[((2 * sequence + head) * length + i) * length + i - distance]!;
        layers.push([0, 1].map(head => rows.reduce((sum, row) => sum + at(head, row), 0) / rows.length));
      }
      return layers;
    };
    expect(Object.keys(scores)).toEqual(['previousToken', 'duplicateToken', 'induction']);
    await expectClose(scores.previousToken, await means(1, 1), { absolute: 1e-5 });
    await expectClose(scores.duplicateToken, await means(period, period), { absolute: 1e-5 });
    await expectClose(scores.induction, await means(period - 1, period), { absolute: 1e-5 });
    dispose(model.weights);
  }));
