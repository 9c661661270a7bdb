import '@residual/testkit/wasm';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWav } from '@residual/audio';
import { loadModel } from '@residual/model';
import { memoryUsage } from '@residual/tensor';
import { wordPieceJson } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture, runCommand } from '../testing/run-command.js';

/** A tiny Whisper with random weights and a vocabulary of words, and two recordings. */
let folder: string;
let [tone, noise]: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-speech-'));
  await cp(fixture('architectures/whisper-generate'), folder, { recursive: true });
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(wordPieceJson));
  const sounds = [(i: number) => Math.sin(0.17 * i), (i: number) => Math.sin(i * i * 0.01)];
  [tone, noise] = await Promise.all(
    sounds.map(async (sound, n) => {
      const path = join(folder, `${n}.wav`);
      const samples = Float32Array.from({ length: 6000 }, (_, i) => 0.3 * sound(i));
      await writeFile(path, writeWav({ sampleRate: 16_000, channels: [samples] }));
      return path;
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const transcribe = (...args: string[]) => runCommand('transcribe', '--model', folder, '--temperature', '0', ...args);

test('recordings become text, JSON and subtitles', async () => {
  const before = memoryUsage();
  const model = await loadModel(folder);
  const samples = Float32Array.from({ length: 6000 }, (_, i) => Math.round(0.3 * Math.sin(0.17 * i) * 32767) / 32768);
  const expected = await model.transcribe(samples, { temperature: 0, timestamps: 'segment' }).result();
  model.dispose();
  const { code, out, errors } = await transcribe(tone!, noise!, '--json', '--timestamps', 'segment');
  expect([code, errors]).toEqual([0, '']);
  const [first, second] = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(Object.keys(first)).toEqual(['file', 'text', 'tokens', 'segments']);
  expect([first.file, second.file]).toEqual([tone, noise]);
  expect(first.tokens).toEqual(expected.tokens);
  expect(first.segments).toEqual(
    expected.segments.map(({ start, end, text, tokens }) => ({ start, end, text, tokens })),
  );
  const plain = await transcribe(tone!);
  expect(plain.out).toMatch(/^[^[\n]*\n$/);
  const times = await transcribe(tone!, '--timestamps', 'segment');
  expect(times.out).toMatch(/^\[\d\.\d\d - \d\.\d\d\] /);
  expect((await transcribe(tone!, noise!)).out).toMatch(new RegExp(`^${tone}: .*\n${noise}: .*\n$`));
  expect((await transcribe(tone!, '--format', 'vtt')).out).toMatch(/^WEBVTT\n/);
  expect(memoryUsage()).toEqual(before);
});

test('the word error rate, by the normalizer of the folder', async () => {
  const clips = join(folder, 'clips.json');
  const list = [
    { file: '0.wav', text: 'London is big' },
    { file: '1.wav', text: '' },
  ];
  await writeFile(clips, JSON.stringify(list));
  const evaluate = (...args: string[]) =>
    runCommand('evaluate', 'speech', '--model', folder, '--clips', clips, ...args);
  const { out } = await evaluate('--json', '--temperature', '0');
  const report = JSON.parse(out);
  expect(report.clips.map(({ clip, words }: { clip: string; words: number }) => [clip, words])).toEqual([['0.wav', 3]]);
  expect([report.words, report.rate]).toEqual([3, report.edits / 3]);
  expect((await evaluate('--temperature', '0')).out).toMatch(/word error rate \d+\.\d\d %: \d+ errors in 3 words/);
  await writeFile(clips, JSON.stringify([{ file: '0.wav' }]));
  expect((await evaluate()).errors).toContain('clip 0 of');
  await writeFile(clips, '[]');
  expect((await evaluate()).errors).toContain('has no clip with a text');
});

test('what does not fit is an error that names it', async () => {
  const text = join(folder, 'text.wav');
  await writeFile(text, 'no sound');
  const { code, errors } = await transcribe(text);
  expect([code, errors]).toEqual([1, expect.stringContaining(`transcribe: ${text}: `)]);
  expect((await transcribe(join(folder, 'none.wav'))).errors).toContain('There is no such file.');
  expect((await transcribe(tone!, noise!, '--format', 'srt')).errors).toContain('subtitles are those of one file');
  expect((await transcribe(tone!, '--format', 'srt', '--json')).errors).toContain(
    '--format cannot be used with --json',
  );
  expect((await transcribe(tone!, '--timestamps', 'word')).errors).toContain('names no alignment_heads');
});
