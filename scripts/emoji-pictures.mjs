/**
 * Draws the emoji and icon sets of npm, and hand drawings if a folder is given, as pictures of 48 px with their labels,
 * for `residual train images-and-words`: node scripts/emoji-pictures.mjs [--drawings FOLDER] [--out FILE]. The packages
 * (250 MB) are installed on first use into .residual/emoji; the result is .residual/emoji/pictures.safetensors unless
 * another file is named. It needs no build.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { alphaOf, rasterizer } from './emoji/draw.mjs';
import { drawBitmap, drawStrokes, readDrawings } from './emoji/drawings.mjs';
import { readIcons } from './emoji/icons.mjs';
import { readEmoji, readSets } from './emoji/sets.mjs';
import { npmScript, ownEnvironment } from './lib/npm.mjs';
import { root } from './lib/run.mjs';

const folder = join(root, '.residual', 'emoji');
const size = 48;
const { values } = parseArgs({ options: { drawings: { type: 'string' }, out: { type: 'string' } } });
const out = values.out ?? join(folder, 'pictures.safetensors');

const modules = await install();
const emoji = readEmoji(modules);
const draw = await rasterizer(modules, size);
const sets = [];
const failed = [];
for (const [name, pictures] of readSets(modules, emoji, size)) {
  const drawn = pictures.flatMap(({ index, name, svg }) => {
    const pixels = draw(svg);
    if (!pixels) failed.push(name);
    return pixels ? [{ concept: index, pixels }] : [];
  });
  sets.push({ name, channels: 4, drawn });
  console.error(`${name}: ${drawn.length} pictures`);
}

const concepts = emoji.map(({ emoji, texts }) => ({ kind: 'emoji', name: emoji, texts }));
if (values.drawings !== undefined) {
  const { strokes, bitmaps } = readDrawings(values.drawings);
  const words = [...new Set([...strokes, ...bitmaps].map(({ word }) => word))].sort();
  const conceptOf = new Map(words.map((word, i) => [word, concepts.length + i]));
  concepts.push(...words.map(word => ({ kind: 'drawing', name: word, texts: [word.toLowerCase()] })));
  const drawnStrokes = strokes.flatMap(({ word, strokes }) => {
    const pixels = strokes.some(stroke => stroke.length > 0) ? drawStrokes(strokes, draw, size) : undefined;
    return pixels ? [{ concept: conceptOf.get(word), pixels }] : [];
  });
  const drawnBitmaps = bitmaps.map(({ word, pixels }) => ({
    concept: conceptOf.get(word),
    pixels: drawBitmap(pixels, size),
  }));
  for (const [name, drawn] of Object.entries({ strokes: drawnStrokes, bitmaps: drawnBitmaps })) {
    if (drawn.length > 0) sets.push({ name, channels: 1, drawn });
    console.error(`${name}: ${drawn.length} drawings of ${words.length} words`);
  }
}
const iconConcepts = new Map();
for (const [name, { ink, pictures }] of readIcons(modules, size)) {
  const drawn = pictures.flatMap(({ text, svg }) => {
    const pixels = draw(svg);
    if (!pixels) {
      failed.push(`${name}: ${text}`);
      return [];
    }
    if (!iconConcepts.has(text)) {
      iconConcepts.set(text, concepts.length);
      concepts.push({ kind: 'icon', name: text, texts: [text] });
    }
    return [{ concept: iconConcepts.get(text), pixels: ink ? alphaOf(pixels) : pixels }];
  });
  sets.push({ name, channels: ink ? 1 : 4, drawn });
  console.error(`${name}: ${drawn.length} icons`);
}
if (failed.length > 0) console.error(`left out, as they cannot be drawn: ${failed.join(', ')}`);
await mkdir(dirname(out), { recursive: true });
await writeFile(out, pictureFile());
console.error(`wrote ${out}`);

/** Installs the packages with npm, once for each version of the list. Resolves to their node_modules. */
async function install() {
  const manifest = join(root, 'scripts', 'emoji', 'package.json');
  const [installed, done] = [join(folder, 'package.json'), join(folder, 'done')];
  const isDone = existsSync(done) && (await readFile(installed, 'utf8')) === (await readFile(manifest, 'utf8'));
  if (!isDone) {
    const npm = npmScript();
    if (npm === undefined) throw new Error('emoji-pictures: npm, which installs the emoji sets, was not found');
    console.error('installing the emoji and icon sets (250 MB, once)');
    await mkdir(folder, { recursive: true });
    await copyFile(manifest, installed);
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    const env = { ...process.env, ...ownEnvironment() };
    execFileSync(process.execPath, [npm, ...args], { cwd: folder, env, stdio: ['ignore', 2, 2] });
    await writeFile(done, '');
  }
  return join(folder, 'node_modules');
}

/**
 * One safetensors file: `SET.pixels` U8 [pictures, 48, 48, 4], premultiplied RGBA, or [pictures, 48, 48], ink, and
 * `SET.concepts` I32 [pictures]; its metadata hold the concepts as JSON: [{ kind, name, texts }].
 */
function pictureFile() {
  const header = { __metadata__: { concepts: JSON.stringify(concepts) } };
  const parts = [];
  let end = 0;
  const add = (name, dtype, shape, bytes) => {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    parts.push(bytes);
    end += bytes.length;
  };
  for (const { name, drawn } of sets) {
    const indices = Int32Array.from(drawn, ({ concept }) => concept);
    add(`${name}.concepts`, 'I32', [drawn.length], new Uint8Array(indices.buffer));
  }
  for (const { name, channels, drawn } of sets) {
    const shape = [drawn.length, size, size, ...(channels === 1 ? [] : [channels])];
    add(`${name}.pixels`, 'U8', shape, Buffer.concat(drawn.map(({ pixels }) => pixels)));
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(
    text.padEnd(Math.ceil(Buffer.byteLength(text) / 8) * 8 - Buffer.byteLength(text) + text.length),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}
