import { memoryUsage } from '@residual/tensor';
import { loseContext } from '@residual/testkit/webgl';
import { expect, test } from 'vitest';
import { fixtureFiles } from '../testing/fixture-files.js';
import { loadModel } from './load-model.js';

test('a WebGL context lost during a generation does not change its tokens', async () => {
  const weights = (path: string) => (path.includes('.mlp.') ? 'int8' : 'f32');
  const model = await loadModel(fixtureFiles('fixtures/models/stories260k'), { weights });
  expect(model.describe().parts.map(({ form }) => form)).toContain('int8');
  const before = memoryUsage();
  const options = { temperature: 0.8, seed: 3, maxNewTokens: 24 };
  const undisturbed = await model.generate('Once upon a time', options).result();
  const tokens: number[] = [];
  for await (const step of model.generate('Once upon a time', options)) {
    tokens.push(step.token);
    if (step.index === 9) loseContext();
  }
  expect(tokens).toEqual(undisturbed.newTokens);
  expect(await model.generate('Once upon a time', options).result()).toEqual(undisturbed);
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});
