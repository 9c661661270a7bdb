import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { expect, test } from 'vitest';
import type { ModelFiles } from '../load/sources/files.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { packedParity } from './index.js';

const llama = fixtureFiles('fixtures/checkpoints/llama');

/** The checkpoint with fewer references, since each costs a GPU in software seconds. */
const withReferences = async (...names: string[]): Promise<ModelFiles> => {
  const golden = await openSafetensors((await llama.bytes('golden.safetensors', {}))!);
  const kept = await Promise.all(
    ['input_ids', 'attention_mask', ...names].map(async name => [name, await golden.read(name)] as const),
  );
  const bytes = bytesSource(writeSafetensors(Object.fromEntries(kept) as never));
  return { ...llama, bytes: async name => (name === 'golden.safetensors' ? bytes : llama.bytes(name, {})) };
};

test('a checkpoint in int4 computes what its unpacked weights do', async () => {
  const { pass, checks } = await packedParity(await withReferences('logits', 'attentions.1'), { weights: 'int4' });
  expect(checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(pass).toBe(true);
  expect(checks.map(({ name }) => name)).toEqual(['logits', 'attentions.1']);
});
