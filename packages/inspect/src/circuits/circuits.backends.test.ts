import { dense, dispose } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { test } from 'vitest';
import { tinyLlama } from '../testing/tiny-model.js';
import { fullQueryKeyCircuit, fullValueOutputCircuit, queryKeyCircuit } from './circuits.js';
import { copyingScore, copyingScores } from './copying-scores.js';

test('copying scores and full circuits agree with each other, with rotary positions and an untied head', () =>
  expectNoLeak(async () => {
    const model = tinyLlama();
    const scores = await copyingScores(model, { foldNorms: true });
    const head = { layer: 2, head: 1 };
    const full = await fullValueOutputCircuit(model, { ...head, foldNorms: true });
    await expectClose([scores[2]![1]!], [copyingScore(full)], { absolute: 1e-3 });
    const table = (await dense(model.weights.embedding.weight).data()) as Float32Array;
    const vectorOf = (token: number) => ({
      values: table.slice(10 * token, 10 * (token + 1)),
      shape: [10, 1] as const,
    });
    const circuit = await queryKeyCircuit(model, { ...head, distance: 3 });
    const queries = await fullQueryKeyCircuit(model, { ...head, distance: 3 });
    const scoresOfFive = circuit.transpose().multiply(vectorOf(5)); // W_K W_Qᵀ x
    const expected = [0, 7, 12].map(token => {
      const key = vectorOf(token).values;
      return key.reduce((sum, x, i) => sum + x * scoresOfFive.entry(i, 0), 0);
    });
    await expectClose(
      [0, 7, 12].map(token => queries.entry(5, token)),
      expected,
      { absolute: 1e-6, relative: 1e-3 },
    );
    dispose(model.weights);
  }));
