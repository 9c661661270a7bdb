/**
 * Fills packages/model-emoji-clip with a trained model of pictures and words: node scripts/emoji-package.mjs
 * --model FOLDER [--pictures FILE] [--unseen-set NAME]. It quantizes the weights, writes the pictures of one set with
 * their labels, computes the vectors of pictures and words with these weights, and writes the figures of the model card
 * into the README. The file of pictures is that of scripts/emoji-pictures.mjs. It needs a build.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '../packages/backend-wasm/dist/index.js';
import { loadModel } from '../packages/model/dist/index.js';
import { openSafetensors, writeSafetensors } from '../packages/safetensors/dist/index.js';
import { fileSource } from '../packages/safetensors/dist/node.js';
import { crop, readImage } from '../packages/vision/dist/index.js';
import { sheetOf } from './emoji/sheet.mjs';
import { writeBetween } from './lib/marked.mjs';
import { root } from './lib/run.mjs';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    pictures: { type: 'string', default: join(root, '.residual', 'emoji', 'pictures.safetensors') },
    'unseen-set': { type: 'string', default: 'twemoji' },
  },
});
if (options.model === undefined) throw new Error('emoji-package: name the trained model, --model FOLDER');

/** The set whose pictures come with the package, and how many stand in a row of the sheet. */
const [setName, columns] = ['fluent-emoji-flat', 40];

const folder = join(root, 'packages', 'model-emoji-clip');
const [model, data] = ['model', 'data'].map(name => join(folder, name));
const residual = (...args) =>
  execFileSync(process.execPath, [join(root, 'packages/cli/bin/residual.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

rmSync(model, { recursive: true, force: true });
console.log(residual('quantize', options.model, '--to', 'int8', '--out', model).trim());
for (const name of ['generation_config.json', 'README.md']) rmSync(join(model, name), { force: true });

const file = await openSafetensors(await fileSource(options.pictures));
const concepts = JSON.parse(file.metadata.concepts);
const { data: pixels } = await file.read(`${setName}.pixels`);
const shown = [...(await file.read(`${setName}.concepts`)).data].map(index => concepts[index]);
const size = file.tensors.get(`${setName}.pixels`).shape[1];
mkdirSync(data, { recursive: true });
writeFileSync(join(data, 'pictures.png'), await sheetOf(pixels, { count: shown.length, size, columns }));

const clip = await loadModel(model);
const isKnown = text => {
  const { ids } = clip.tokenizer.encode(text);
  return ids.length > 0 && ids.every(id => id > 0); // 0 is an unknown word
};
const texts = new Set([...shown, ...concepts.filter(({ kind }) => kind === 'drawing')].flatMap(({ texts }) => texts));
const words = [...texts].filter(isKnown).sort();
const pictures = shown.map(({ name, texts: [label, ...tags] }) => ({ emoji: name, label, tags }));
const lines = list => `[\n${list.map(each => `  ${JSON.stringify(each)}`).join(',\n')}\n ]`;
writeFileSync(
  join(data, 'pictures.json'),
  `{\n "size": ${size},\n "columns": ${columns},\n "pictures": ${lines(pictures)},\n` +
    ` "words": ${JSON.stringify(words)}\n}\n`,
);

const sheet = await readImage(readFileSync(join(data, 'pictures.png')));
const images = pictures.map((_, i) =>
  crop(sheet, { left: (i % columns) * size, top: Math.floor(i / columns) * size, width: size, height: size }),
);
const rows = {
  pictures: await clip.embedImage(images, { batch: 64 }),
  words: await clip.embedText(words),
};
clip.dispose();
writeFileSync(
  join(data, 'vectors.safetensors'),
  writeSafetensors(Object.fromEntries(Object.entries(rows).flatMap(([name, vectors]) => int8(name, vectors)))),
);

const figures = residual(
  'evaluate',
  'images',
  '--model',
  model,
  options.pictures,
  '--unseen-set',
  options['unseen-set'],
);
console.log(figures.trim());
const marks = { begin: '<!-- figures: written by scripts/emoji-package.mjs -->', end: '<!-- end of figures -->' };
writeBetween(join(folder, 'README.md'), marks, `\n\n${figures.trim()}\n\n`);

/** Vectors as int8 [rows, dim] and the scale of each row, f32 [rows]. */
function int8(name, vectors) {
  const dim = vectors[0].length;
  const scales = Float32Array.from(vectors, vector => Math.max(...vector.map(Math.abs)) / 127);
  const values = new Int8Array(vectors.length * dim);
  for (const [row, vector] of vectors.entries())
    values.set(
      vector.map(value => Math.round(value / scales[row])),
      row * dim,
    );
  return [
    [name, { dtype: 'I8', shape: [vectors.length, dim], data: values }],
    [`${name}.scales`, { dtype: 'F32', shape: [vectors.length], data: scales }],
  ];
}
