import '@residual/testkit/wasm';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, type Model } from '@residual/model';
import { repositoryFile, wordPieceJson } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../testing/run-command.js';

const png = Uint8Array.from(
  atob(
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAGklEQVR4nAXBgQEAIAjAIOxyvXyBEHrK2L0PPvIGgBz4584AAAAASUVORK5CYII=',
  ),
  letter => letter.charCodeAt(0),
);
const texts = ['Anna lives in London.', 'Paris'];
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const size = { height: 16, width: 16 };

let root: string;
let files: string[];
const models = new Map<string, Model>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-images-'));
  files = ['a.png', 'b.png'].map(name => join(root, name));
  for (const file of files) await writeFile(file, png);
  await writeFile(join(root, 'broken.png'), png.subarray(0, 40));
  await writeFile(join(root, 'lines'), `${texts.join('\n')}\n`);
  for (const [name, processor] of [
    ['vit-train', { image_processor_type: 'ViTImageProcessor', size }],
    ['clip', { image_processor_type: 'CLIPImageProcessor', size: { shortest_edge: 16 }, crop_size: size }],
  ] as const) {
    const read = (file: string) => repositoryFile(`fixtures/architectures/${name}/${file}`);
    const config = JSON.parse(new TextDecoder().decode(await read('config.json')));
    if (config.text_config)
      config.text_config.eos_token_id = tokenizerFromJson(wordPieceJson as never).tokenToId('[SEP]');
    const all = new Map([
      ['config.json', json(config)],
      ['preprocessor_config.json', json(processor)],
      ['tokenizer.json', json(wordPieceJson)],
      ['model.safetensors', await read('model.safetensors')],
    ]);
    models.set(name, await loadModel(all));
    await mkdir(join(root, name));
    for (const [file, bytes] of all) await writeFile(join(root, name, file), bytes);
  }
});
afterAll(async () => {
  for (const model of models.values()) model.dispose();
  await rm(root, { recursive: true });
});

async function linesOf(...args: string[]): Promise<string[]> {
  const { code, out, errors } = await runCommand(...(args as [string]));
  expect([code, errors]).toEqual([0, '']);
  return out.split('\n').slice(0, -1);
}

test('classify-image prints the labels of each picture, best first', async () => {
  const labels = (await models.get('vit-train')!.classifyImage(png)).slice(0, 2);
  const args = ['classify-image', ...files, '--model', join(root, 'vit-train'), '--top', '2'];
  const objects = (await linesOf(...args, '--json')).map(line => JSON.parse(line));
  expect(objects).toEqual(files.map(file => ({ file, labels })));
  const [header, ...rows] = await linesOf(...args);
  expect(header).toMatch(/^label +score +file$/);
  expect(rows).toHaveLength(4);
  expect(rows[0]).toBe(`${labels[0]!.label.padEnd(5)}  ${labels[0]!.score.toFixed(4)}  ${files[0]}`);
});

test('similarity prints how well each line fits each picture, best first', async () => {
  const scores = await models.get('clip')!.similarity(png, texts);
  const sorted = [...scores].sort((a, b) => b.logit - a.logit);
  const args = ['similarity', ...files, '--model', join(root, 'clip'), '--texts', join(root, 'lines')];
  const objects = (await linesOf(...args, '--json')).map(line => JSON.parse(line));
  expect(objects).toEqual(files.map(file => ({ file, texts: sorted })));
  const [header, first] = await linesOf(...args, '--top', '1');
  expect(header).toMatch(/^score +logit +text +file$/);
  const { score, logit, text } = sorted[0]!;
  expect(first!.split(/ {2,}/)).toEqual([score.toFixed(4), logit.toFixed(2), text, files[0]]);
});

test('a broken file is named', async () => {
  const file = join(root, 'broken.png');
  const { code, errors } = await runCommand('classify-image', file, '--model', join(root, 'vit-train'));
  expect(code).not.toBe(0);
  expect(errors).toContain(file);
});
