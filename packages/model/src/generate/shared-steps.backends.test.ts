import { memoryUsage, requireBackend } from '@residual/tensor';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

test.for(['checkpoints/llama', 'architectures/lfm2'])('%s: three generations at once equal each alone', async name => {
  const model = await loadModel(fixtureFiles(`fixtures/${name}`));
  const before = memoryUsage();
  const prompts = [
    [5, 7, 3, 2, 9],
    [4, 6],
    [2, 3, 5, 7, 3, 2, 4],
  ];
  const stepsOf = async (prompt: readonly number[], i: number) => {
    const steps: { token: number; logprob: number }[] = [];
    const options = { temperature: 0, eosTokenId: [], maxNewTokens: 5 - i };
    for await (const { token, logprob } of model.generate(prompt, options)) steps.push({ token, logprob });
    return steps;
  };
  const alone = [];
  for (const [i, prompt] of prompts.entries()) alone.push(await stepsOf(prompt, i));
  const together = await Promise.all(prompts.map(stepsOf));
  const isExact = ['cpu', 'wasm'].includes(requireBackend());
  const close = (x: number) => (isExact ? x : expect.closeTo(x, 4));
  expect(together).toEqual(alone.map(steps => steps.map(({ token, logprob }) => ({ token, logprob: close(logprob) }))));
  expect(memoryUsage().tensors).toBe(before.tensors);
  model.dispose();
});
