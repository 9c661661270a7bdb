import { memoryUsage } from '@residual/tensor';
import { strokeTokenizer } from '@residual/vision';
import { expect, test } from 'vitest';
import { drawingModel } from '../testing/drawing-model.js';
import type { DrawStep } from './drawing-result.js';

test('equal seeds give equal drawings on every backend, and their memory comes back', async () => {
  const model = await drawingModel();
  const strokes = strokeTokenizer({ grid: 5 });
  const options = { temperature: 0.9, penTemperature: 1.3, guidanceScale: 1.5, seed: 11, maxNewTokens: 5 };
  const { newTokens, drawing, unknownWords } = await model.draw('a cat', options).result();
  const before = memoryUsage();
  const steps: DrawStep[] = [];
  for await (const step of model.draw('cat', options)) steps.push(step);
  expect(memoryUsage()).toEqual(before);
  expect(newTokens).toEqual([7, 5, 2, 8, 3]); // what the backend cpu draws
  expect(steps.map(({ token }) => token)).toEqual(newTokens);
  expect(steps.map(({ kind }) => kind)).toEqual(newTokens.map(strokes.kindOf));
  expect(drawing).toEqual(strokes.decode(newTokens));
  expect(unknownWords).toEqual(['a']);
  const words = [
    ['cat', 7],
    ['sun', -9],
  ] as const;
  const mixed = await model.draw({ words }, { ...options, maxNewTokens: 2 }).result();
  expect([...mixed.newTokens, Math.round(1000 * mixed.logprob)]).toEqual([7, 5, -6737]); // on the backend cpu
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});
