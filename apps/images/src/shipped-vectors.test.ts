import '@residual/testkit/wasm';
import { loadModel } from '@residual/model';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { repositoryFile } from '@residual/testkit';
import { crop, readImage } from '@residual/vision';
import { expect, test } from 'vitest';
import { cosine } from './vectors.js';

const folder = 'packages/model-emoji-clip';
const files = [
  'config.json',
  'model.safetensors',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

test('the vectors that come with the pictures are those of the model that comes with them', async () => {
  const source = await Promise.all(
    files.map(async name => [name, await repositoryFile(`${folder}/model/${name}`)] as const),
  );
  const read = (name: string) => repositoryFile(`${folder}/data/${name}`);
  const list = JSON.parse(new TextDecoder().decode(await read('pictures.json')));
  const sheet = await readImage(await read('pictures.png'));
  const vectors = await openSafetensors(bytesSource(await read('vectors.safetensors')));
  const rowsOf = async (name: string) => (await vectors.read(name)).data as Int8Array;
  const [pictures, words] = [await rowsOf('pictures'), await rowsOf('words')];
  using model = await loadModel(new Map(source));
  const dim = pictures.length / list.pictures.length;
  for (const row of [0, 700, list.pictures.length - 1]) {
    const { size, columns } = list;
    const [left, top] = [(row % columns) * size, Math.floor(row / columns) * size];
    const own = await model.embedImage(crop(sheet, { left, top, width: size, height: size }));
    expect(cosine(own, pictures.subarray(row * dim, (row + 1) * dim))).toBeGreaterThan(0.999);
  }
  for (const row of [0, 1000, list.words.length - 1]) {
    const own = await model.embedText(list.words[row]);
    expect(cosine(own, words.subarray(row * dim, (row + 1) * dim))).toBeGreaterThan(0.999);
  }
  expect(words.length).toBe(list.words.length * dim);
});
