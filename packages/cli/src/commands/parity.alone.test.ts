import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredTensor } from '@residual/safetensors';
import { expectClose } from '@residual/testkit';
import { expect, test, vi } from 'vitest';
import { checkpointWith, comparable, inFolder, inputsOf, tensorsIn } from '../testing/folders.js';
import { fixture, runCommand } from '../testing/run-command.js';

const wide = ({ shape, data }: StoredTensor): StoredTensor => ({
  dtype: 'I64',
  shape,
  data: BigInt64Array.from(Array.from(data as Int32Array, BigInt)),
});

const isGradient = (output: string) => output.startsWith('grad.');

/**
 * A dump holds what the reference holds: names, dtypes, shapes and, within the tolerance, numbers; trained weights
 * without a gradient are rounding noise.
 */
async function expectLikeReference(dumpPath: string, name: string) {
  const [ours, expectedOutputs] = [
    await tensorsIn(dumpPath),
    await tensorsIn(fixture(`checkpoints/${name}/golden.safetensors`)),
  ];
  expect([...ours.keys()].sort()).toEqual(
    [...comparable(expectedOutputs.keys()), 'adamw_losses', 'beam4_scores', 'grad_norm', 'loss'].sort(),
  );
  const slopes = (output: string) => expectedOutputs.get(output.replace(/^after/, 'grad'))!.data as Float32Array;
  const steepest = Math.max(
    ...comparable(expectedOutputs.keys())
      .filter(isGradient)
      .flatMap(output => [...slopes(output)].map(Math.abs)),
  );
  for (const output of comparable(expectedOutputs.keys())) {
    const [own, reference] = [ours.get(output)!, expectedOutputs.get(output)!];
    expect([output, own.dtype, own.shape]).toEqual([output, reference.dtype, reference.shape]);
    const noise = (i: number) => output.startsWith('after.') && Math.abs(slopes(output)[i]!) < 1e-5 * steepest;
    const counted = (data: StoredTensor['data']) => (data as Float32Array).filter((_, i) => !noise(i));
    await expectClose(counted(own.data), counted(reference.data), { absolute: 1e-4 });
  }
  const { loss, grad_norm } = JSON.parse(await readFile(fixture(`checkpoints/${name}/golden.json`), 'utf8'));
  for (const [number, expected] of Object.entries({ loss, grad_norm })) {
    const { dtype, shape, data } = ours.get(number)!;
    expect([dtype, shape]).toEqual(['F32', []]);
    expect((data as Float32Array)[0]).toBeCloseTo(expected, 4);
  }
}

test.each([
  ['no golden.json', undefined, false],
  [
    'settings alone, 64-bit ids',
    { kind: 'causal-lm', architecture: 'GPT2LMHeadModel', adamw: { lr: 0.01, steps: 3 } },
    true,
  ],
] as const)('a dump for inputs only has what the reference would have: %s', (_, settings, is64) =>
  inFolder(async root => {
    const { input_ids, attention_mask } = await inputsOf('gpt2');
    const tensors = is64
      ? { input_ids: wide(input_ids), attention_mask: wide(attention_mask) }
      : { input_ids, attention_mask };
    const folder = await checkpointWith(join(root, 'inputs'), 'gpt2', tensors, settings);
    const file = join(root, 'out.safetensors');
    const { code, out, errors } = await runCommand('parity', '--dump', file, folder);
    expect([code, errors]).toEqual([0, '']);
    expect(out).toBe(`${folder}\nnothing to compare with: inputs only\n\nour own outputs are in ${file}\n`);
    await expectLikeReference(file, 'gpt2');
  }),
);

test('--dump works with --json, and the numbers of golden.json are compared', () =>
  inFolder(async root => {
    const golden = JSON.parse(await readFile(fixture('checkpoints/llama/golden.json'), 'utf8'));
    const folder = await checkpointWith(join(root, 'inputs'), 'llama', await inputsOf('llama'), golden);
    const file = join(root, 'out.safetensors');
    const { code, out } = await runCommand('parity', '--json', '--dump', file, folder);
    const { pass, checks, skipped } = JSON.parse(out);
    expect([code, pass]).toEqual([0, true]);
    expect(checks.map(({ name }: { name: string }) => name)).toEqual([
      'loss',
      'grad_norm',
      'adamw_losses',
      'beam4_scores',
    ]);
    expect(skipped).toEqual([]);
    await expectLikeReference(file, 'llama');
  }));

test('a dump beside a reference has what is compared, and differences are still reported', () =>
  inFolder(async root => {
    const { input_ids } = await inputsOf('llama');
    const logits = { dtype: 'F32', shape: [1, 10, 128], data: new Float32Array(1280) } as const;
    const folder = await checkpointWith(join(root, 'wrong'), 'llama', { input_ids, logits });
    const file = join(root, 'out.safetensors');
    const { code, out } = await runCommand('parity', '--dump', file, folder);
    expect(code).toBe(1);
    expect(out).toContain('DIFFERS');
    expect([...(await tensorsIn(file)).keys()]).toEqual(['logits']);
  }));

test('nothing to compare, an unknown name and another shape give exit code 1', () =>
  inFolder(async root => {
    const inputs = await inputsOf('llama');
    const bare = await runCommand('parity', '--json', await checkpointWith(join(root, 'bare'), 'llama', inputs));
    expect([bare.code, JSON.parse(bare.out)]).toEqual([1, { pass: false, checks: [], skipped: [] }]);
    const beam4 = { dtype: 'I32', shape: [1], data: Int32Array.of(1) } as const;
    const skipped = await checkpointWith(join(root, 'skipped'), 'llama', { ...inputs, beam4 });
    expect((await runCommand('parity', skipped)).code).toBe(1);
    expect((await runCommand('parity', '--dump', join(root, 'skipped.safetensors'), skipped)).code).toBe(1);
    const numbers = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
    const folder = await checkpointWith(join(root, 'odd'), 'llama', { ...inputs, surprise: numbers, logits: numbers });
    const odd = await runCommand('parity', '--json', folder);
    expect(odd.code).toBe(1);
    expect(JSON.parse(odd.out).checks).toMatchObject([
      { name: 'logits', max_abs: null, pass: false, note: 'ours is [1, 10, 128], the reference [1]' },
      { name: 'surprise', max_abs: null, pass: false, note: 'this version computes nothing of that name' },
    ]);
  }));

test('--unpacked compares packed weights with the same weights in float32', async () => {
  const folder = fixture('checkpoints/llama-sharded');
  const { code, out, errors } = await runCommand('parity', '--json', '--unpacked', '--weights', 'int8', folder);
  expect([code, errors]).toEqual([0, '']);
  expect(JSON.parse(out)).toMatchObject({ pass: true, checks: [{ name: 'logits' }], skipped: [] });
  expect(JSON.parse(out).checks[0].max_abs).toBeLessThan(0.01); // of logits up to 4
  expect(await runCommand('parity', '--unpacked', folder)).toEqual({
    code: 1,
    out: '',
    errors: 'residual: parity: no weight of the model is packed; int8, int4, f16 or bf16 would pack them\n',
  });
});

test('--dump takes one folder', async () => {
  const { code, errors } = await runCommand('parity', '--dump', '/nowhere', fixture('models'), fixture('models'));
  expect([code, errors]).toEqual([1, 'residual: parity: --dump takes one folder; here are 2\n']);
});

test('webgl without playwright-core says what to install', async () => {
  vi.doMock('playwright-core', () => {
    throw new Error('Cannot find package');
  });
  expect(await runCommand('parity', fixture('checkpoints/llama-sharded'), '--backend', 'webgl')).toEqual({
    code: 1,
    out: '',
    errors:
      'residual: parity: webgl runs in a browser, for which the package playwright-core is needed beside ' +
      "@residual/cli: 'npm i playwright-core'\n",
  });
  vi.doUnmock('playwright-core');
});
