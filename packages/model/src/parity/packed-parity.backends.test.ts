import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { expect, test } from 'vitest';
import type { ModelFiles } from '../load/sources/files.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { packedParity } from './index.js';

/** A checkpoint with fewer references, since each costs a GPU in software seconds. */
const withReferences = async (folder: string, ...names: string[]): Promise<ModelFiles> => {
  const files = fixtureFiles(`fixtures/${folder}`);
  const golden = await openSafetensors((await files.bytes('golden.safetensors', {}))!);
  const kept = await Promise.all(
    ['input_ids', 'attention_mask', ...names].map(async name => [name, await golden.read(name)] as const),
  );
  const bytes = bytesSource(writeSafetensors(Object.fromEntries(kept) as never));
  return { ...files, bytes: async name => (name === 'golden.safetensors' ? bytes : files.bytes(name, {})) };
};

test('a checkpoint in int4 computes what its unpacked weights do', async () => {
  const files = await withReferences('checkpoints/llama', 'logits', 'attentions.1');
  const { pass, checks } = await packedParity(files, { weights: 'int4' });
  expect(checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(pass).toBe(true);
  expect(checks.map(({ name }) => name)).toEqual(['logits', 'attentions.1']);
});

test('where files count positions in two ways, the packed model counts as the unpacked one does', async () => {
  const files = await withReferences('architectures/ministral3', 'logits_padded_batch');
  const { checks } = await packedParity(files, { weights: 'int4' });
  expect(checks.map(({ name, pass }) => [name, pass])).toEqual([['logits_padded_batch', true]]);
});
