import { expect, test, vi } from 'vitest';
import { fixture, runCommand } from './testing/run-command.js';

test('parity reports how far our outputs are from a reference', async () => {
  const { code, out } = await runCommand('parity', fixture('checkpoints/llama-sharded'), '--json');
  const report = JSON.parse(out);
  expect(code).toBe(0);
  expect(report.pass).toBe(true);
  expect(report.checks.map(({ name }: { name: string }) => name)).toEqual(['logits']);
  expect(report.checks[0].max_abs).toBeLessThan(1e-4);
  expect(report.skipped).toEqual([]);
});

test('an error is one sentence and exit code 1', async () => {
  const { code, errors } = await runCommand('parity', fixture('models'));
  expect(code).toBe(1);
  expect(errors).toMatch(/^residual: parity: .* has no golden\.safetensors to compare with\n$/);
});

test('--version prints the version, --help the commands, and an unknown command is an error', async () => {
  expect((await runCommand('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(await runCommand('--help')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/generate[\s\S]*translate[\s\S]*evaluate[\s\S]*parity[\s\S]*describe/),
  });
  const unknown = await runCommand('frobnicate');
  expect(unknown).toMatchObject({ code: 1, out: '' });
  expect(unknown.errors).toMatch(/^error: unknown command 'frobnicate'\n\nUsage: residual/);
});

test('RESIDUAL_DEBUG shows the whole error', async () => {
  vi.stubEnv('RESIDUAL_DEBUG', '1');
  const { code, errors } = await runCommand('describe', './nowhere');
  vi.unstubAllEnvs();
  expect(code).toBe(1);
  expect(errors).toMatch(/^ResidualError: loadModel: \.\/nowhere is neither/);
});

test('the help lists every command, in lines that fit a terminal', async () => {
  const { code, out } = await runCommand('--help');
  const [, commands] = out.split('Commands:\n');
  const names = [...commands!.matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
  expect({ code, names }).toEqual({
    code: 0,
    names: [
      'generate',
      'chat',
      'translate',
      'transcribe',
      'draw',
      'speak',
      'analogy',
      'embed',
      'search',
      'classify',
      'classify-tokens',
      'answer',
      'rerank',
      'fill-mask',
      'classify-image',
      'classify-sound',
      'similarity',
      'evaluate',
      'parity',
      'describe',
      'inspect',
      'tokenize',
      'train',
      'quantize',
      'convert',
      'train-tokenizer',
      'help',
    ],
  });
  expect(out.split('\n').filter(line => line.length > 80)).toEqual([]);
});
