import '@residual/testkit/wasm';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav } from '@residual/audio';
import { loadModel } from '@residual/model';
import { memoryUsage } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture, runCommand } from '../testing/run-command.js';

/** A tiny VITS with random weights that reads small letters. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-speak-'));
  await cp(fixture('architectures/vits'), folder, { recursive: true });
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, speaking_rate: 6 }));
  const vocab = Object.fromEntries([..."_abcdefghijklmnopqrstuvwxyz '-.,!?"].map((letter, id) => [letter, id]));
  await writeFile(join(folder, 'vocab.json'), JSON.stringify(vocab));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ phonemize: false }));
});
afterAll(() => rm(folder, { recursive: true }));

const speak = (...args: string[]) => runCommand('speak', '--model', folder, '--seed', '1', ...args);

test('a text becomes a WAV file, and its words and letters with their times JSON', async () => {
  const before = memoryUsage();
  const out = join(folder, 'out.wav');
  const result = await speak('Hi. Go!', '--json', '--out', out);
  expect([result.code, result.errors.startsWith(`${out}: `)]).toEqual([0, true]);
  const lines = result.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(lines.map(({ text, words }) => [text, words.map((word: { text: string }) => word.text)])).toEqual([
    ['Hi.', ['Hi']],
    ['Go!', ['Go']],
  ]);
  const model = await loadModel(folder);
  const { samples, sampleRate } = await model.speak('Hi. Go!', { seed: 1 }).result();
  model.dispose();
  const wav = readWav(new Uint8Array(await readFile(out)));
  expect([wav.sampleRate, wav.channels[0]!.length]).toEqual([sampleRate, samples.length]);
  expect(Math.max(...wav.channels[0]!.map((value, i) => Math.abs(value - samples[i]!)))).toBeLessThan(1e-4);
  expect(memoryUsage()).toEqual(before);
});

test('what is missing or does not fit is said', async () => {
  expect((await speak('Hi.')).errors).toContain('error: --out FILE.wav or --json must be given');
  expect((await speak('3', '--json')).errors).toContain('speak: there is nothing to say');
  expect((await speak('Hi.', '--json', '--speaker', '2')).errors).toContain('this model has no numbers of them');
  const numbers = join(folder, 'vocab.json');
  expect((await speak('Hi.', '--json', '--speaker-embedding', numbers)).errors).toContain(
    'is not a JSON list of numbers',
  );
});
