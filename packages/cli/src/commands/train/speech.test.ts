import '@residual/testkit/wasm';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residualVocoderConfig } from '@residual/families';
import { createModel } from '@residual/model';
import { packDictionary } from '@residual/pronunciation';
import { memoryUsage } from '@residual/tensor';
import { wordPieceJson } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorsIn } from '../../testing/folders.js';
import { fixture, runCommand } from '../../testing/run-command.js';
import { writeTeacher } from '../../testing/teacher.js';

let [root, teacher] = ['', ''];
const rate = 16_000;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-speech-'));
  teacher = join(root, 'teacher');
  await writeTeacher(teacher);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const small = '--model-dim 16 --depth 1 --encoder-depth 1 --batch 200 --learning-rate 1e-2 --ema-decay 0.9'.split(' ');
const train = (out: string, ...more: string[]) =>
  runCommand('train', 'speech', teacher, ...small, '--out', join(root, out), ...more);

test('a small run learns two sounds and writes what it says; a resumed one gives the same weights', async () => {
  const before = memoryUsage();
  const whole = await train('whole', '--steps', '16', '--evaluate-every', '8');
  expect([whole.code, whole.errors]).toEqual([0, '']);
  expect(whole.out).toMatch(/^11 sentences to train on, 1 to validate; 0 minutes; [\d,]+ parameters$/m);
  const losses = [...whole.out.matchAll(/validation loss ([\d.]+)/g)].map(([, loss]) => Number(loss));
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  expect(await readdir(join(root, 'whole', 'samples'))).toEqual(['step-16-1.wav', 'step-8-1.wav']);
  const config = JSON.parse(await readFile(join(root, 'whole', 'config.json'), 'utf8'));
  expect([config.frame_mean.length, config.frame_deviation.length]).toEqual([82, 82]);

  await train('parts', '--steps', '10', '--checkpoint-every', '10', '--schedule', 'constant', '--warm-up', '0');
  await train('parts', '--steps', '16', '--resume');
  await train('once', '--steps', '16', '--schedule', 'constant', '--warm-up', '0');
  const weightsIn = async (out: string) => [...(await tensorsIn(join(root, out, 'model.safetensors')))];
  expect(await weightsIn('parts')).toEqual(await weightsIn('once'));
  expect(memoryUsage()).toEqual(before);
});

test('what it trained speaks the sentences of the teacher, and a speech model writes them down', async () => {
  const [voice, recognizer] = [join(root, 'whole'), join(root, 'recognizer')];
  await cp(fixture('architectures/whisper-generate'), recognizer, { recursive: true });
  await writeFile(join(recognizer, 'tokenizer.json'), JSON.stringify(wordPieceJson));
  const { frame_mean, frame_deviation } = JSON.parse(await readFile(join(voice, 'config.json'), 'utf8'));
  const frames = { mean: Float32Array.from(frame_mean), deviation: Float32Array.from(frame_deviation) };
  const bins = { bins: 82, pitchBin: 80, voicingBin: 81, sampleRate: rate, hop: 256 };
  const vocoder = await createModel(residualVocoderConfig({ ...bins, ...frames, width: 8, depth: 1, points: 9 }), {
    seed: 1,
  });
  await mkdir(join(voice, 'vocoder'));
  for (const [name, bytes] of await vocoder.save()) await writeFile(join(voice, 'vocoder', name), bytes);
  vocoder.dispose();
  await writeFile(join(voice, 'dictionary.bin'), packDictionary([['one', ['M', 'AA1']]]));
  const parts = { language: 'en', vocoder: 'vocoder', dictionary: 'dictionary.bin' };
  await writeFile(join(voice, 'voice.json'), JSON.stringify(parts));
  const evaluate = (...args: string[]) =>
    runCommand('evaluate', 'voice', '--model', voice, '--recognizer', recognizer, ...args);
  const texts = join(root, 'texts.txt');
  await writeFile(texts, 'One one.\n\n1\n');
  const before = memoryUsage();
  const fromTexts = JSON.parse((await evaluate(texts, '--json')).out);
  expect(fromTexts.ways.map(({ way }: { way: string }) => way)).toEqual(['from the text']);
  const [{ sentences, words, edits, rate: errors, seconds, computed }] = fromTexts.ways;
  expect(sentences.map(({ text }: { text: string }) => text)).toEqual(['One one.', '1']);
  expect([words, errors]).toEqual([3, edits / 3]);
  expect([seconds, computed].every(value => value > 0)).toBe(true);
  const short = join(root, 'short');
  await mkdir(short);
  const line = {
    text: '1',
    rate,
    samples: 4096,
    pitches: 20,
    phones: [
      ['pau', 0.1, 0, ''],
      ['m', 0.25, 0, ''],
    ],
  };
  await writeFile(join(short, 'utterances.jsonl'), JSON.stringify(line));
  await writeFile(join(short, 'samples.s16'), new Uint8Array(8192));
  await writeFile(join(short, 'pitch.f32'), new Uint8Array(80));
  const { out, errors: none } = await evaluate(short);
  expect(none).toBe('');
  expect(out).toMatch(/\| from the text \| [\d.]+ % \| \d+ of 1 \| \d+ \| \d+ ms \|\n\| from the teacher's phones \|/);
  expect(out).toMatch(/\| the teacher \| [\d.]+ % \| \d+ of 1 \| {2}\| {2}\|/);
  expect((await evaluate(join(root, 'nothing'))).errors).toContain('nothing is neither a file nor a folder');
  expect(memoryUsage()).toEqual(before);
});

test('a folder that is no teacher is refused, with the place', async () => {
  const broken = join(root, 'broken');
  await mkdir(broken);
  const run = async () => (await runCommand('train', 'speech', broken, '--out', join(root, 'none'))).errors;
  expect(await run()).toContain('utterances.jsonl cannot be read');
  const line = (change: object) =>
    JSON.stringify({ text: 'a', rate, samples: 10, pitches: 5, phones: [['pau', 0.1, 0, '']], ...change });
  await writeFile(join(broken, 'samples.s16'), new Uint8Array(20));
  await writeFile(join(broken, 'pitch.f32'), new Uint8Array(8));
  for (const [change, message] of [
    [{}, 'pitch.f32 has 8 bytes; the sentences of utterances.jsonl need 20'],
    [{ samples: 1e9 }, 'line 1: samples is 1000000000; it must be a whole number from 1 to 480000'],
    [{ phones: [['qq', 0.1, 0, '']] }, 'line 1: phone 1 is "qq", which is not known'],
    [{ phones: [['pau', -1, 0, '']] }, 'line 1: phone 1 is ["pau",-1,0,""]; it must be a name and a second after 0'],
    [{ rate: 8000 }, 'line 1: the rate is 8000; 16000 is read'],
  ] as const) {
    await writeFile(join(broken, 'utterances.jsonl'), line(change));
    expect(await run()).toContain(message);
  }
});
