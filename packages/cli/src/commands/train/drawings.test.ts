import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '@residual/model';
import { memoryUsage } from '@residual/tensor';
import { strokeTokenizer } from '@residual/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../testing/run-command.js';

let [root, drawings, vectors] = ['', '', ''];
/** A circle is one stroke, a ladder two. */
const shapes = {
  circle: (size: number) => [
    [
      [0, size, 2 * size, size, 0],
      [size / 2, 0, size / 2, size, size / 2],
    ],
  ],
  ladder: (size: number) => [
    [
      [0, 0],
      [0, 4 * size],
    ],
    [
      [3 * size, 3 * size],
      [0, 4 * size],
    ],
  ],
};
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-drawings-'));
  [drawings, vectors] = [join(root, 'drawings.ndjson'), join(root, 'vectors.txt')];
  const lines = Array.from({ length: 40 }, (_, i) => {
    const word = i % 2 ? 'circle' : 'ladder';
    return JSON.stringify({ word, recognized: i < 38, drawing: shapes[word](10 + i) });
  });
  await writeFile(drawings, `${lines.join('\n')}\n`);
  const words = ['circle', 'ladder', 'ring', 'stairs', 'a', 'the', 'drawing', 'of'];
  const numbers = (i: number) =>
    Array.from({ length: 6 }, (_, k) => Math.sin(1 + (i % 2) * 7.3 + k * k * 1.7 + i / 50));
  await writeFile(vectors, `${words.map((word, i) => `${word} ${numbers(i).join(' ')}`).join('\n')}\n`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const small = ['--grid', '5', '--model-dim', '16', '--heads', '2', '--depth', '1', '--batch', '8'];
const train = (out: string, ...more: string[]) =>
  runCommand('train', 'drawings', drawings, '--vectors', vectors, ...small, '--out', out, ...more);
const lossesIn = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; step: number; loss: number })
    .filter(({ type }) => type === 'step')
    .map(({ step, loss }) => [step, loss] as const);

test('it learns what words look like, shows samples, and writes a model that draws them', async () => {
  const before = memoryUsage();
  const [out, log] = [join(root, 'model'), join(root, 'model.jsonl')];
  const { code, out: printed, errors } = await train(out, '--steps', '120', '--ema-decay', '0.9', '--log', log);
  expect([code, errors]).toEqual([0, '']);
  expect(memoryUsage()).toEqual(before);
  expect(printed).toContain('34 drawings to train on, 4 to validate on; 2 words, 2 drawings left out; 9 words to read');
  const losses = (await lossesIn(log)).map(([, loss]) => loss);
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  expect(mean(losses.slice(-10))).toBeLessThan(0.6 * mean(losses.slice(0, 10)));
  const sheet = await readFile(join(out, 'samples', 'step-120.svg'), 'utf8');
  expect(sheet.match(/<path /g)).toHaveLength(6);
  expect(sheet).toContain('>ladder</text>');
  expect(await readFile(join(out, 'README.md'), 'utf8')).toMatch(/held out is \d\.\d+ a token/);

  const model = await loadModel(out);
  const strokes = strokeTokenizer({ grid: 5 });
  const strokesOf = async (word: string) =>
    strokes.decode((await model.generate(word, { temperature: 0 }).result()).newTokens);
  // a word that was never drawn is drawn as what its vector is near to
  for (const word of ['circle', 'ring']) expect(await strokesOf(word)).toHaveLength(1);
  for (const word of ['ladder', 'stairs']) expect(await strokesOf(word)).toHaveLength(2);
  model.dispose();

  const sheetFile = join(root, 'sheet.svg');
  const recognizer = fileURLToPath(new URL('../../../../model-emoji-clip/model', import.meta.url));
  const options = ['--model', out, '--recognizer', recognizer, '--sheet', sheetFile, '--samples', '3'];
  const evaluated = await runCommand('evaluate', 'drawings', drawings, ...options, '--json');
  expect(evaluated.errors).toBe('');
  const report = JSON.parse(evaluated.out);
  expect([report.drawings, report.categories, report.model.count, report.people.count]).toEqual([4, 2, 6, 4]);
  expect(report.loss).toBeCloseTo(
    Number(/held out is ([\d.]+)/.exec(await readFile(join(out, 'README.md'), 'utf8'))![1]),
    2,
  );
  for (const { first, inFive } of [report.model, report.people]) {
    expect(first).toBeGreaterThanOrEqual(0.5); // the circles at least are called circles
    expect(inFive).toBe(1); // there are two words
  }
  expect((await readFile(sheetFile, 'utf8')).match(/<path /g)).toHaveLength(2);
});

test('a run that is resumed gives the numbers of one that was not', async () => {
  const [whole, parts] = [join(root, 'whole'), join(root, 'parts')];
  await train(whole, '--steps', '12', '--log', join(root, 'whole.jsonl'));
  await train(parts, '--steps', '12', '--checkpoint-every', '7');
  await rm(join(parts, 'training', 'step-12'), { recursive: true });
  const resumed = await runCommand('train', 'drawings', '--resume', '--out', parts, '--log', join(root, 'rest.jsonl'));
  expect(resumed.out).toContain('continues after step 7 of 12');
  const after = (await lossesIn(join(root, 'whole.jsonl'))).filter(([step]) => step > 7);
  expect(await lossesIn(join(root, 'rest.jsonl'))).toEqual(after);
});

test('what cannot be trained on is refused with the file and its line', async () => {
  const broken = join(root, 'broken.ndjson');
  await writeFile(broken, '{"word":"cat","drawing":[[[1],[2]]]}\n{"word":"cat","drawing":[[[1],[]]]}\n');
  const run = (file: string, ...more: string[]) =>
    runCommand('train', 'drawings', file, '--out', join(root, 'refused'), ...more);
  const { code, errors } = await run(broken, '--vectors', vectors);
  expect([code, errors]).toEqual([
    1,
    `residual: ${broken}: readQuickDraw: line 2 has a stroke 0 that is not [[x], [y]]\n`,
  ]);
  expect((await run(drawings)).errors).toContain('it is not said where word vectors are; give --vectors');
  expect((await run(drawings, '--vectors', vectors, '--length', '2')).errors).toContain(
    'train drawings: 0 drawings of 40 are recognised and have 2 tokens at most; 2 or more are needed',
  );
});
