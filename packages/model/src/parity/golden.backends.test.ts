import { requireBackend } from '@residual/tensor';
import { expect, inject, test } from 'vitest';
import { fixtureFiles } from '../testing/fixture-files.js';
import { withFewOutputs } from '../testing/with-few-outputs.js';
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

/**
 * Each length of a continuation, and each gradient, is compiled by itself on a GPU in software: there gpt2 stands for
 * all, unless everything runs everywhere.
 */
const filesOf = (folder: string) => {
  const files = fixtureFiles(`fixtures/checkpoints/${folder}`);
  return all || folder === 'gpt2' ? files : withFewOutputs(files, /^(?!.*padded).*(logits|hidden_state|attentions)/);
};

test.each([...own, ...(all ? others : [])])('%s agrees with the reference', async folder => {
  const report = await parity(filesOf(folder));
  expect(report.checks.length).toBeGreaterThan(0);
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(report.pass).toBe(true);
});
