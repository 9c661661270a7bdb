import { expect, test } from 'vitest';
import { fixtureFiles } from '../testing/fixture-files.js';
import { parity } from './index.js';

const folders = ['gpt2', 'llama', 'llama3-rope', 'llama-float16', 'llama-bfloat16', 'llama-sharded'];
const translators = ['marian', 'bart', 'mbart', 'm2m100', 't5', 'flan-t5-gated'];

test.each([...folders, ...translators])('%s agrees with the reference on every output', async folder => {
  const report = await parity(fixtureFiles(`fixtures/checkpoints/${folder}`));
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(report.pass).toBe(true);
});
