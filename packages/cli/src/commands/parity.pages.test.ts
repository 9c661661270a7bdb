import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { checkpointWith, comparable, inFolder, inputsOf, tensorsIn } from '../testing/folders.js';
import { fixture, runCommand } from '../testing/run-command.js';

const onWebgl = (...args: string[]) => runCommand('parity', '--backend', 'webgl', ...args);

test('webgl runs in a browser, and its whole dump comes back', () =>
  inFolder(async root => {
    const folder = await checkpointWith(join(root, 'inputs'), 'llama', await inputsOf('llama'));
    const file = join(root, 'out.safetensors');
    const { code, out, errors } = await onWebgl('--json', '--dump', file, folder);
    expect([code, out, errors]).toEqual([0, '{"pass":true,"checks":[],"skipped":[]}\n', '']);
    const [ours, expectedOutputs] = [
      await tensorsIn(file),
      await tensorsIn(fixture('checkpoints/llama/golden.safetensors')),
    ];
    expect([...ours.keys()].sort()).toEqual(
      [...comparable(expectedOutputs.keys()), 'adamw_losses', 'beam4_scores', 'grad_norm', 'loss'].sort(),
    );
    for (const output of comparable(expectedOutputs.keys())) {
      const [own, reference] = [ours.get(output)!, expectedOutputs.get(output)!];
      expect([output, own.dtype, own.shape]).toEqual([output, reference.dtype, reference.shape]);
      await expectClose(own.data as Float32Array, reference.data as Float32Array, { absolute: 1e-4 });
    }
  }));

test('webgl compares, and an infinite difference is reported too', () =>
  inFolder(async root => {
    expect(await onWebgl('--json', fixture('checkpoints/llama-sharded'))).toMatchObject({ code: 0, errors: '' });
    const logits = { dtype: 'F32', shape: [1], data: Float32Array.of(1) } as const;
    const folder = await checkpointWith(root, 'llama', { ...(await inputsOf('llama')), logits });
    const { code, out } = await onWebgl('--json', folder);
    expect(code).toBe(1);
    expect(JSON.parse(out).checks).toMatchObject([{ name: 'logits', max_abs: null, pass: false }]);
  }));

test('an error on webgl is one sentence that names the folder', () =>
  inFolder(async root => {
    expect(await onWebgl(root)).toEqual({
      code: 1,
      out: '',
      errors: `residual: parity: ${root} has no golden.safetensors to compare with\n`,
    });
    await writeFile(join(root, 'golden.safetensors'), new Uint8Array(4));
    expect((await onWebgl(root)).errors).toMatch(/^residual: parity: golden files of .*: openSafetensors: [^\n]*\n$/);
    const nowhere = join(root, 'nowhere');
    const message = `residual: parity: ${nowhere} is not a folder that exists; webgl reads no other sources\n`;
    expect((await onWebgl(nowhere)).errors).toBe(message);
  }));
