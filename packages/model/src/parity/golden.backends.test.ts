import { requireBackend } from '@residual/tensor';
import { expect, inject, test } from 'vitest';
import { fixtureFiles } from '../testing/fixture-files.js';
import { parity } from './index.js';

/** Architectures that bring a computation of their own. */
const own = ['gpt2', 'llama', 'marian', 't5', 'deberta-v2'];
/** Those that differ from them by files, position tables or the order of their layers. */
const others = [
  'bert',
  'llama3-rope',
  'llama-float16',
  'llama-bfloat16',
  'llama-sharded',
  'bart',
  'mbart',
  'm2m100',
  'flan-t5-gated',
];

/** All on cpu and wasm; on the GPU backends those of their own, and all by `npm test -- --everywhere`. */
const all = inject('everywhere') || ['cpu', 'wasm'].includes(requireBackend());

test.each([...own, ...(all ? others : [])])('%s agrees with the reference on every output', async folder => {
  const report = await parity(fixtureFiles(`fixtures/checkpoints/${folder}`));
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(report.pass).toBe(true);
});
