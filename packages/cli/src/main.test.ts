import { expect, test } from 'vitest';
import { fixturePath as fixture } from './testing/folders.js';
import { printed } from './testing/printed.js';

test('parity agrees with a reference, and says so in numbers', async () => {
  const { code, out } = await printed('parity', fixture('checkpoints/llama-sharded'), '--json');
  const report = JSON.parse(out);
  expect(code).toBe(0);
  expect(report.pass).toBe(true);
  expect(report.checks.map(({ name }: { name: string }) => name)).toEqual(['logits']);
  expect(report.checks[0].max_abs).toBeLessThan(1e-4);
  expect(report.skipped).toEqual([]);
});

test('what is wrong is one sentence and exit code 1', async () => {
  const { code, errors } = await printed('parity', fixture('models'));
  expect(code).toBe(1);
  expect(errors).toMatch(/^residual: parity: .* has no golden\.safetensors to compare with\n$/);
});
