import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '@residual/model';
import { writeSafetensors } from '@residual/safetensors';
import { memoryUsage } from '@residual/tensor';
import { readImage } from '@residual/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../testing/run-command.js';

const size = 8;
const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255] } as const;
const shapes = {
  square: (x: number, y: number) => x > 0 && y > 0 && x < 7 && y < 7,
  bar: (_: number, y: number) => y > 2 && y < 6,
  post: (x: number) => x > 2 && x < 6,
  hill: (x: number, y: number) => y > 4 || (x > 2 && x < 5),
};
const concepts = Object.keys(shapes).flatMap(shape =>
  Object.keys(colours).map(colour => ({ kind: 'emoji', name: `${colour} ${shape}`, texts: [`${colour} ${shape}`] })),
);

/** A shape in a colour as premultiplied RGBA. */
const rgba = (name: string) => {
  const [colour, shape] = name.split(' ') as [keyof typeof colours, keyof typeof shapes];
  return Array.from({ length: size * size }, (_, i) =>
    shapes[shape](i % size, Math.floor(i / size)) ? [...colours[colour], 255] : [0, 0, 0, 0],
  ).flat();
};

let [root, pictures, vectors, tokens] = ['', '', '', ''];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-paintings-'));
  [pictures, vectors, tokens] = ['pictures.safetensors', 'vectors.txt', 'tokens'].map(name => join(root, name)) as [
    string,
    string,
    string,
  ];
  const pixels = Uint8Array.from(concepts.flatMap(({ name }) => rgba(name)));
  const sets = {
    'plain.pixels': { dtype: 'U8', shape: [12, size, size, 4], data: pixels },
    'plain.concepts': { dtype: 'I32', shape: [12], data: Int32Array.from(concepts.keys()) },
    'ink.pixels': { dtype: 'U8', shape: [1, size, size], data: pixels.subarray(0, size * size) },
    'ink.concepts': { dtype: 'I32', shape: [1], data: Int32Array.of(0) },
  } as const;
  await writeFile(pictures, writeSafetensors(sets, { concepts: JSON.stringify(concepts) }));
  const words = [...Object.keys(colours), ...Object.keys(shapes), 'a', 'the', 'picture', 'of', 'emoji', 'orange'];
  const numbers = (i: number) => Array.from({ length: 6 }, (_, k) => Math.sin(1 + i * 7.3 + k * k * 1.7).toFixed(4));
  await writeFile(vectors, `${words.map((word, i) => `${word} ${numbers(i).join(' ')}`).join('\n')}\n`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const small = [
  ...['--factor', '4', '--codes', '24', '--code-dim', '4', '--model-dim', '16', '--encoder-depth', '1'],
  ...['--decoder-depth', '1', '--batch', '12', '--validation', '0.2'],
];
const trainTokens = (out: string, ...more: string[]) =>
  runCommand('train', 'image-tokens', pictures, ...small, '--out', out, ...more);
const eventsIn = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; step: number; loss: number });
const stepsIn = async (file: string) => (await eventsIn(file)).filter(({ type }) => type === 'step');
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

test('an autoencoder learns, uses its codes, and a run that is resumed gives the same numbers', async () => {
  const before = memoryUsage();
  const log = join(root, 'tokens.jsonl');
  const options = ['--steps', '120', '--revive-every', '8', '--evaluate-every', '60', '--checkpoint-every', '100'];
  const { code, out: printed, errors } = await trainTokens(tokens, ...options, '--learning-rate', '0.01', '--log', log);
  expect([code, errors]).toEqual([0, '']);
  expect(memoryUsage()).toEqual(before);
  const steps = await stepsIn(log);
  const losses = steps.map(({ loss }) => loss);
  expect(meanOf(losses.slice(-10))).toBeLessThan(0.4 * meanOf(losses.slice(0, 10)));
  expect(printed).toContain('10 pictures to train on, 2 of emoji that are held out; 4 codes of 24 each');
  expect(printed).toMatch(/step 60 of 120\n\| emoji held out/);
  const card = await readFile(join(tokens, 'README.md'), 'utf8');
  expect(card).toMatch(/\| 2 \| -?[\d.]+ dB \| -?[\d.]+ dB \| \d+ of 24 \|/);
  expect(await readdir(join(tokens, 'samples'))).toEqual(['step-120.png', 'step-60.png']);
  const sheet = await readImage(await readFile(join(tokens, 'samples', 'step-120.png')));
  expect([sheet.width, sheet.height]).toEqual([12 * size * 2, 2 * size * 2]);

  await rm(join(tokens, 'training', 'step-120'), { recursive: true });
  const rest = join(root, 'rest.jsonl');
  const { out: resumed } = await runCommand('train', 'image-tokens', '--resume', '--out', tokens, '--log', rest);
  expect(resumed).toContain('continues after step 100 of 120');
  expect((await stepsIn(rest)).map(({ loss }) => loss)).toEqual(losses.slice(100));
}, 60_000);

test('a decoder learns to paint names, and writes a model that paints', async () => {
  const before = memoryUsage();
  const [out, log] = [join(root, 'images'), join(root, 'images.jsonl')];
  const options = [
    ...['--tokens', tokens, '--vectors', vectors, '--validation', '0.1', '--replace', '0.05', '--recolour', '0.2'],
    ...['--model-dim', '32', '--heads', '2', '--depth', '1', '--batch', '11', '--steps', '150', '--log', log],
    ...['--learning-rate', '0.02', '--ema-decay', '0.9', '--evaluate-every', '75', '--prompt-words', '4'],
  ];
  const { code, out: printed, errors } = await runCommand('train', 'images', pictures, '--out', out, ...options);
  expect([code, errors]).toEqual([0, '']);
  expect(memoryUsage()).toEqual(before);
  expect(printed).toMatch(/11 pictures to train on, 1 to validate on; \d+ of them in other colours, \d+ held out/);
  const losses = (await stepsIn(log)).map(({ loss }) => loss);
  expect(meanOf(losses.slice(-10))).toBeLessThan(0.6 * meanOf(losses.slice(0, 10)));
  expect(await readdir(join(out, 'samples'))).toEqual(['step-150.png', 'step-75.png']);
  expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('`residual train images`');

  const model = await loadModel(out);
  const names = concepts.map(({ name }) => name);
  const painted = await model.paint(names).result();
  const encoded = await model.encodeImage(
    names.map(name => {
      const pixels = rgba(name);
      const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
        const at = 4 * Math.floor(i / 3);
        return pixels[at + 3] === 255 ? pixels[at + (i % 3)]! : 255;
      });
      return { width: size, height: size, channels: 3, data };
    }),
  );
  const right = painted.filter(({ codes }, i) => String([...codes]) === String([...encoded[i]!.codes])).length;
  expect(right).toBeGreaterThanOrEqual(6);
  model.dispose();

  const recognizer = fileURLToPath(new URL('../../../../model-emoji-clip/model', import.meta.url));
  const sheet = join(root, 'sheet.png');
  const chosen = [
    '--validation',
    '0.1',
    '--names',
    '4',
    '--compositions',
    '5',
    '--sheet',
    sheet,
    '--texts',
    'red hill,a',
  ];
  const evaluated = await runCommand(
    ...['evaluate', 'paintings', '--model', out, '--recognizer', recognizer, pictures, '--json', ...chosen],
  );
  expect([evaluated.code, evaluated.errors]).toEqual([0, '']);
  const { labels, reconstruction, tests } = JSON.parse(evaluated.out);
  expect([labels, reconstruction.pictures]).toEqual([12, 1]);
  expect(tests.map(({ count }: { count: number }) => count)).toEqual([
    4,
    4,
    1,
    1,
    5,
    5,
    expect.any(Number),
    expect.any(Number),
  ]);
  expect(tests[4].colour).toBeGreaterThanOrEqual(0.4); // recoloured and through codes; by chance one in seven
  const { width } = await readImage(await readFile(sheet));
  expect(width).toBe(12 * size * 2);
}, 90_000);

test('settings that do not fit are refused before training', async () => {
  const refused = async (...args: string[]) => {
    const { code, errors } = await runCommand('train', ...args, '--out', join(root, 'refused'));
    expect(code).toBe(1);
    return errors;
  };
  expect(await refused('image-tokens', pictures, '--sets', 'odd')).toContain('has no set odd; it has ink, plain');
  expect(await refused('image-tokens', pictures, '--sets', 'ink')).toContain('has no coloured pictures in ink');
  expect(await refused('image-tokens', pictures, '--factor', '3')).toContain(
    'patch_size is 3; it must be a divisor of',
  );
  expect(await refused('images', pictures, '--vectors', vectors)).toContain('give --tokens');
});
