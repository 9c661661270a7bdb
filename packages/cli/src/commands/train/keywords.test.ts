import '@residual/testkit/wasm';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWav } from '@residual/audio';
import { memoryUsage } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorsIn } from '../../testing/folders.js';
import { runCommand } from '../../testing/run-command.js';

/** A tone whose pitch is the word, with overtones that are the speaker's. */
const tone = (word: number, speaker: number) =>
  Float32Array.from({ length: 8000 }, (_, i) => {
    const phase = (2 * Math.PI * 300 * 2.2 ** word * i) / 16_000;
    return 0.3 * (Math.sin(phase) + 0.1 * speaker * Math.sin(2 * phase));
  });

let [root, words] = ['', ''];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-keywords-'));
  words = join(root, 'words');
  for (const [word, name] of ['low', 'middle', 'high'].entries()) {
    await mkdir(join(words, name), { recursive: true });
    for (let speaker = 0; speaker < 8; speaker++) {
      const channels = [tone(word, speaker)];
      await writeFile(join(words, name, `s${speaker}_nohash_0.wav`), writeWav({ sampleRate: 16_000, channels }));
    }
  }
  await mkdir(join(words, '_background_noise_'));
  const hum = Float32Array.from({ length: 20_000 }, (_, i) => 0.1 * Math.sin(i / 40));
  await writeFile(join(words, '_background_noise_', 'hum.wav'), writeWav({ sampleRate: 16_000, channels: [hum] }));
  await writeFile(join(words, 'validation_list.txt'), 'low/s6_nohash_0.wav\nhigh/s6_nohash_0.wav\n');
  await writeFile(
    join(words, 'testing_list.txt'),
    'low/s7_nohash_0.wav\nmiddle/s7_nohash_0.wav\nhigh/s7_nohash_0.wav\n',
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

const small = [
  '--words',
  'low',
  'high',
  '--model-dim',
  '16',
  '--depth',
  '1',
  '--batch',
  '10',
  '--learning-rate',
  '2e-2',
];
const train = (out: string, ...more: string[]) =>
  runCommand('train', 'keywords', words, ...small, '--out', join(root, out), ...more);
const weightsIn = async (out: string) => [...(await tensorsIn(join(root, out, 'model.safetensors')))];

test('a small run learns two tones, is validated while it runs, and a resumed one gives the same weights', async () => {
  const before = memoryUsage();
  const whole = await train('whole', '--steps', '30', '--evaluate-every', '20');
  expect([whole.code, whole.errors]).toEqual([0, '']);
  expect(whole.out).toMatch(/^19 recordings to train on, 2 to validate, 3 to test; 4 labels, \d+,\d+ parameters\n/);
  expect(whole.out).toMatch(/\nstep 20 of 30: \d+\.\d % of 3 are right\n/);
  expect(whole.out).toMatch(/\| validation \| 3 \| \d+\.\d % \| .*\n\| testing \| 4 \| (75|100)\.0 % \|/);
  const config = JSON.parse(await readFile(join(root, 'whole', 'config.json'), 'utf8'));
  expect(config).toMatchObject({ model_type: 'keyword_transformer', hidden_size: 16, num_hidden_layers: 1 });
  expect(Object.values(config.id2label)).toEqual(['silence', 'unknown', 'low', 'high']);
  const file = join(words, 'high', 's7_nohash_0.wav');
  const named = await runCommand('classify-sound', file, '--model', join(root, 'whole'), '--top', '1', '--json');
  expect(JSON.parse(named.out)).toEqual({ file, labels: [{ label: 'high', score: expect.any(Number) }] });
  const { out } = await runCommand('classify-sound', file, file, '--model', join(root, 'whole'), '--top', '2');
  expect(out).toMatch(/^label +score +file\nhigh +0\.\d{4} +\S+s7_nohash_0\.wav\n\w+ +0\.\d{4}\nhigh /);
  expect(await readFile(join(root, 'whole', 'README.md'), 'utf8')).toMatch(/\| testing \| 4 \| (75|100)\.0 % \|/);

  await train('parts', '--steps', '30', '--checkpoint-every', '12', '--log', join(root, 'log.jsonl'));
  expect(await weightsIn('parts')).toEqual(await weightsIn('whole'));
  await rm(join(root, 'parts', 'training', 'step-30'), { recursive: true, force: true });
  await rm(join(root, 'parts', 'model.safetensors'));
  const resumed = await runCommand('train', 'keywords', '--resume', '--out', join(root, 'parts'));
  expect(resumed.out).toMatch(/\ncontinues after step (12|24) of 30\n/);
  expect(await weightsIn('parts')).toEqual(await weightsIn('whole'));
  expect(memoryUsage()).toEqual(before);
});

test('weights are saved in 8 bits', async () => {
  const { code } = await train('bytes', '--steps', '2', '--weights', 'int8', '--model-dim', '32');
  expect(code).toBe(0);
  const dtypes = new Map((await weightsIn('bytes')).map(([name, { dtype }]) => [name, dtype]));
  expect(dtypes.get('encoder.layers.0.mlp.up.weight.quants')).toBe('U8');
  expect(dtypes.get('positions.weight')).toBe('F32');
});

test('a folder that does not fit is an error that says why', async () => {
  const errorsOf = async (...args: string[]) =>
    (await runCommand('train', 'keywords', ...args, '--out', join(root, 'no'))).errors;
  expect(await errorsOf(words, '--words', 'low', 'loud')).toBe(
    `residual: train keywords: ${words} has no folder of loud; it has _background_noise_, high, low, middle\n`,
  );
  expect(await errorsOf(words, words)).toBe('residual: train keywords: 2 folders are given; it reads one\n');
  const broken = join(root, 'broken');
  for (const word of ['a', 'b']) await mkdir(join(broken, word), { recursive: true });
  await writeFile(join(broken, 'a', 'x_nohash_0.wav'), 'no sound at all');
  await writeFile(join(broken, 'testing_list.txt'), '');
  await writeFile(join(broken, 'validation_list.txt'), '');
  expect(await errorsOf(broken, '--words', 'a', 'b')).toBe(
    `residual: train keywords: ${broken} has no recording to train on of b\n`,
  );
  expect(await errorsOf(broken, '--words', 'a')).toMatch(
    /^residual: train keywords: \S+x_nohash_0\.wav: readWav: .*\n$/,
  );
});
