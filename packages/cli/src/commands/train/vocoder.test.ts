import '@residual/testkit/wasm';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav } from '@residual/audio';
import { memoryUsage } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../testing/run-command.js';
import { writeTeacher } from '../../testing/teacher.js';

let [root, teacher] = ['', ''];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-vocoder-'));
  teacher = join(root, 'teacher');
  await writeTeacher(teacher);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('a small run comes nearer to the recordings, and writes what it sounds like', async () => {
  const before = memoryUsage();
  const small = '--width 16 --depth 1 --points 33 --batch 3 --ema-decay 0.8 --learning-rate 1e-2'.split(' ');
  const out = join(root, 'vocoder');
  const run = await runCommand(
    'train',
    'vocoder',
    teacher,
    ...small,
    '--steps',
    '12',
    '--evaluate-every',
    '6',
    '--out',
    out,
  );
  expect([run.code, run.errors]).toEqual([0, '']);
  const losses = [...run.out.matchAll(/validation loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expect(await readdir(join(out, 'samples'))).toEqual(['step-12-1.wav', 'step-6-1.wav']);
  const { channels } = readWav(await readFile(join(out, 'samples', 'step-12-1.wav')));
  expect(Math.max(...channels[0]!)).toBeGreaterThan(0.01);
  expect(JSON.parse(await readFile(join(out, 'config.json'), 'utf8'))).toMatchObject({
    model_type: 'residual_vocoder',
    num_bins: 82,
    envelope_points: 33,
  });
  expect(memoryUsage()).toEqual(before);
});
