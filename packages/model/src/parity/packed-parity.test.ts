import { expect, test } from 'vitest';
import { fixtureFiles } from '../testing/fixture-files.js';
import { packedParity, parity } from './index.js';

const llama = fixtureFiles('fixtures/checkpoints/llama');

test('with packed weights references of gradients are skipped with a reason, and others are compared', async () => {
  const { checks, skipped } = await parity(llama, { weights: 'bf16' });
  expect(skipped).toContainEqual({ name: 'grad_norm', reason: 'weights in bf16 have no gradient' });
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['loss', 'logits', 'greedy']));
  expect(checks.filter(({ name }) => name.startsWith('grad') || name.startsWith('after'))).toEqual([]);
});

test('float32 weights are nothing to compare with', async () => {
  await expect(packedParity(llama)).rejects.toThrow(
    'parity: no weight of the model is packed; int8, int4, f16 or bf16 would pack them',
  );
});
