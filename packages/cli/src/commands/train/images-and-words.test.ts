import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageTextModelOf, loadModel } from '@residual/model';
import { writeSafetensors } from '@residual/safetensors';
import { memoryUsage } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../testing/run-command.js';

const size = 8;
const colours = ['red', 'green', 'blue', 'white', 'black', 'grey', 'pink', 'brown', 'cyan', 'gold'];
const rgb = [0xf00, 0x0f0, 0x00f, 0xfff, 0x000, 0x888, 0xfaa, 0x830, 0x0ff, 0xfd0];
const drawn = ['line', 'dot'];
const concepts = [
  ...colours.map(name => ({ kind: 'emoji', name, texts: [`${name} square`, name] })),
  ...drawn.map(name => ({ kind: 'drawing', name, texts: [name] })),
  { kind: 'icon', name: 'bar', texts: ['bar'] },
];

/** A square of a colour that fills the picture up to a border. */
const square = (colour: number, border: number) =>
  Array.from({ length: size * size }, (_, i) => {
    const inside = [i % size, Math.floor(i / size)].every(at => at >= border && at < size - border);
    return inside ? [...[8, 4, 0].map(shift => ((colour >> shift) & 15) * 17), 255] : [0, 0, 0, 0];
  }).flat();

/** The picture of a small square on white, as an image. */
const onWhite = (colour: number) => {
  const pixels = square(colour, 2);
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const pixel = 4 * Math.floor(i / 3);
    return pixels[pixel + 3] === 255 ? pixels[pixel + (i % 3)]! : 255;
  });
  return { width: size, height: size, channels: 3 as const, data };
};

/** A horizontal line at a height, or a dot. */
const ink = (kind: number, height: number) =>
  Array.from({ length: size * size }, (_, i) =>
    Math.floor(i / size) === height && (kind === 0 || i % size === 4) ? 255 : 0,
  );

const sets = () => {
  const emoji = (border: number) => colours.flatMap((_, i) => square(rgb[i]!, border));
  const strokes = Array.from({ length: 44 }, (_, i) => ({ kind: i % 2, height: i % size }));
  const u8 = (data: readonly number[], shape: readonly number[]) =>
    ({ dtype: 'U8', shape, data: Uint8Array.from(data) }) as const;
  const i32 = (data: readonly number[]) =>
    ({ dtype: 'I32', shape: [data.length], data: Int32Array.from(data) }) as const;
  const all = colours.map((_, i) => i);
  return {
    'large.pixels': u8(emoji(0), [10, size, size, 4]),
    'large.concepts': i32(all),
    'small.pixels': u8(emoji(2), [10, size, size, 4]),
    'small.concepts': i32(all),
    'strokes.pixels': u8(
      strokes.flatMap(({ kind, height }) => ink(kind, height)),
      [44, size, size],
    ),
    'strokes.concepts': i32(strokes.map(({ kind }) => 10 + kind)),
    'icons.pixels': u8(
      Array.from({ length: 6 * size * size }, (_, i) => (i % size === Math.floor(i / (size * size)) ? 255 : 0)),
      [6, size, size],
    ),
    'icons.concepts': i32(Array.from({ length: 6 }, () => 12)),
  };
};

let [root, pictures, vectors] = ['', '', ''];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-images-'));
  [pictures, vectors] = [join(root, 'pictures.safetensors'), join(root, 'vectors.txt')];
  await writeFile(pictures, writeSafetensors(sets(), { concepts: JSON.stringify(concepts) }));
  const words = [...colours, ...drawn, 'bar', 'square', 'a', 'the', 'picture'];
  const numbers = (i: number) => Array.from({ length: 6 }, (_, k) => Math.sin(1 + i * 7.3 + k * k * 1.7).toFixed(4));
  await writeFile(vectors, `${words.map((word, i) => `${word} ${numbers(i).join(' ')}`).join('\n')}\n`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const small = ['--widths', '4,6', '--model-dim', '8', '--heads', '2', '--depth', '1', '--dim', '8', '--batch', '10'];
const train = (out: string, ...more: string[]) =>
  runCommand('train', 'images-and-words', pictures, '--vectors', vectors, ...small, '--out', out, ...more);
const eventsIn = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; step: number; loss: number });

test('it learns, tests itself with what it has not seen, and writes a model that loads', async () => {
  const before = memoryUsage();
  const [out, log] = [join(root, 'tested'), join(root, 'tested.jsonl')];
  const options = [
    '--unseen-set',
    'small',
    '--steps',
    '40',
    '--learning-rate',
    '0.02',
    '--evaluate-every',
    '20',
    '--log',
    log,
  ];
  const { code, out: printed, errors } = await train(out, ...options);
  expect([code, errors]).toEqual([0, '']);
  expect(memoryUsage()).toEqual(before);
  const losses = (await eventsIn(log)).filter(({ type }) => type === 'step').map(({ loss }) => loss);
  const meanOf = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  expect(losses).toHaveLength(40);
  expect(meanOf(losses.slice(-10))).toBeLessThan(0.6 * meanOf(losses.slice(0, 10)));
  expect(printed).toContain('9 emoji, 20 drawings and 6 icons to train on');
  expect(printed.match(/\| emoji in a style never seen \| 9 \| 10 \|/g)).toHaveLength(2);
  expect(printed).toMatch(/step 20 of 40\n\| pictures/);
  expect(await readFile(join(out, 'README.md'), 'utf8')).toContain('| drawings of words never drawn | 22 | 2 |');

  const model = await loadModel(out);
  const { composition } = imageTextModelOf('test', model);
  expect([composition.imageSize, model.tokenizer!.encode('A red, red SQUARE!').tokens]).toEqual([
    { height: size, width: size },
    ['a', 'red', 'red', 'square'],
  ]);
  // The same pictures through the model's own processor: as many are right as the last table says, or one more.
  const labels = colours.map(name => `${name} square`);
  const all = await model.similarity(rgb.map(onWhite), labels);
  const ranks = all.map((scores, i) => scores.filter(({ score }) => score > scores[i]!.score).length);
  const [first, inFive] = printed
    .match(/style never seen.*\| ([\d.]+) % \| ([\d.]+) % \|\n.*\n.*\n.*\n\S*tested/)!
    .slice(1);
  for (const [share, most] of [[first, 1] as const, [inFive, 5] as const]) {
    const [right, known] = [ranks.filter(rank => rank < most).length, Math.round((9 * Number(share)) / 100)];
    expect([known, known + 1]).toContain(right);
  }
  model.dispose();
  const preprocessor = JSON.parse(await readFile(join(out, 'preprocessor_config.json'), 'utf8'));
  expect(preprocessor.crop_size).toEqual({ height: size, width: size });

  const evaluate = (...more: string[]) =>
    runCommand('evaluate', 'images', '--model', out, pictures, '--unseen-set', 'small', ...more);
  const { out: tables } = await evaluate('--seed', '0');
  const card = await readFile(join(out, 'README.md'), 'utf8');
  expect(card).toContain('muon at 0.02; the average of the weights with decay 0.995; seed 0.');
  expect(tables.split('\n\n')[0]).toBe(/\| pictures[\s\S]*?never drawn.*/.exec(card)![0]);
  expect(tables).toContain(`by label:\n\n| pictures`);
  expect(tables).toMatch(/\| two words \| 9 \| 10 \|/);
  const json = JSON.parse((await evaluate('--json', '--weights', 'f32,f16')).out);
  expect(json.forms.map(({ tests }: { tests: unknown[] }) => tests.length)).toEqual([4, 4]);
  const refused = await runCommand('evaluate', 'images', '--model', out, pictures, '--unseen-set', 'odd');
  expect(refused.errors).toContain('evaluate images: ');
  expect(refused.errors).toContain('has no set odd; it has icons, large, small, strokes');
});

test('a run that is resumed gives the numbers of one that was not', async () => {
  const [whole, parts] = [join(root, 'whole'), join(root, 'parts')];
  await train(whole, '--steps', '24', '--picture-size', '4', '--log', join(root, 'whole.jsonl'));
  await train(parts, '--steps', '24', '--picture-size', '4', '--checkpoint-every', '20');
  await rm(join(parts, 'training', 'step-24'), { recursive: true });
  const resumed = await runCommand(
    'train',
    'images-and-words',
    '--resume',
    '--out',
    parts,
    '--log',
    join(root, 'rest.jsonl'),
  );
  expect(resumed.out).toContain('continues after step 20 of 24');
  const rest = (await eventsIn(join(root, 'rest.jsonl'))).filter(({ type }) => type === 'step');
  const expected = (await eventsIn(join(root, 'whole.jsonl'))).filter(({ type, step }) => type === 'step' && step > 20);
  expect(rest.map(({ step, loss }) => [step, loss])).toEqual(expected.map(({ step, loss }) => [step, loss]));
  expect(await readFile(join(whole, 'README.md'), 'utf8')).toContain('Trained on all sets; nothing was held out.');

  const larger = await train(parts, '--steps', '26', '--picture-size', '12', '--resume');
  expect([larger.code, larger.errors]).toEqual([0, '']);
  expect(larger.out).toContain('continues after step 24 of 26');
  expect(JSON.parse(await readFile(join(parts, 'config.json'), 'utf8')).vision_config.image_size).toBe(12);
});

test('files that do not fit are refused before training', async () => {
  const write = async (name: string, tensors: object, list: unknown = concepts) => {
    const path = join(root, name);
    await writeFile(path, writeSafetensors(tensors as never, { concepts: JSON.stringify(list) }));
    return path;
  };
  const all = sets();
  const refused = async (path: string, ...more: string[]) => {
    const out = join(root, 'refused');
    const result = await runCommand('train', 'images-and-words', path, '--vectors', vectors, '--out', out, ...more);
    expect(result.code).toBe(1);
    return result.errors;
  };
  expect(await refused(pictures, '--unseen-set', 'odd')).toContain(
    'has no set odd; it has icons, large, small, strokes',
  );
  expect(await refused(await write('a', { x: all['large.concepts'] }))).toContain('holds no set of pictures');
  expect(await refused(await write('b', all, [{ kind: 'emoji', name: 'x', texts: [] }]))).toContain(
    'has a concept 0 that is not { kind, name, texts }',
  );
  expect(await refused(await write('c', all, concepts.slice(0, 12)))).toContain(
    'has the concept 12 in icons.concepts; there are 12',
  );
  const short = { ...all, 'small.concepts': all['strokes.concepts'] };
  expect(await refused(await write('d', short))).toContain('holds small.concepts as I32 [44]; I32 [10] would fit');
  const flat = { ...all, 'small.pixels': { ...all['small.pixels'], shape: [10, size * size, 4] } };
  expect(await refused(await write('e', flat))).toContain('U8 [pictures, 8, 8] or [..., 4] would fit');
});
