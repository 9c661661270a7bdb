import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alphaOf } from './draw.mjs';

/** The side of Quick, Draw!'s bitmaps, and the index from which their drawings are not among those of the strokes. */
const [bitmapSide, firstBitmap] = [28, 40];

/** A file, or the one with .xz at the end of its name, which the command xz reads; undefined if there is neither. */
function read(path) {
  if (existsSync(path)) return readFileSync(path);
  return existsSync(`${path}.xz`) ? execFileSync('xz', ['-dc', `${path}.xz`], { maxBuffer: 2 ** 30 }) : undefined;
}

/**
 * The drawings in a folder, as strokes and as bitmaps: [{ word, strokes }], [{ word, pixels }]. Strokes lie in
 * strokes.json, or in the .ndjson files of Quick, Draw!; bitmaps of 4 bits in bitmaps.u4, with bitmap-words.json.
 */
export function readDrawings(folder) {
  const stored = read(join(folder, 'strokes.json'));
  const strokes = stored
    ? JSON.parse(stored.toString()).map(({ word, strokes }) => ({ word, strokes }))
    : readdirSync(folder)
        .filter(name => name.endsWith('.ndjson'))
        .sort()
        .flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean).map(publishedDrawing));
  const bits = read(join(folder, 'bitmaps.u4'));
  return { strokes, bitmaps: bits ? bitmapsOf(bits, JSON.parse(read(join(folder, 'bitmap-words.json')))) : [] };
}

/** A line of the published files: each stroke has a list of x and one of y. */
function publishedDrawing(line) {
  const { word, drawing } = JSON.parse(line);
  return { word, strokes: drawing.map(([xs, ys]) => xs.map((x, i) => [x, ys[i]])) };
}

function bitmapsOf(bits, words) {
  const bytes = bitmapSide ** 2 / 2;
  if (bits.length !== words.length * bytes)
    throw new Error(`bitmaps.u4 holds ${bits.length} bytes; ${words.length} words need ${words.length * bytes}`);
  const counts = new Map();
  return words.flatMap((word, i) => {
    const index = counts.get(word) ?? 0;
    counts.set(word, index + 1);
    const packed = bits.subarray(i * bytes, (i + 1) * bytes);
    const pixels = Uint8Array.from({ length: 2 * bytes }, (_, j) => 17 * ((packed[j >> 1] >> (j % 2 ? 0 : 4)) & 15));
    return index >= firstBitmap && pixels.some(Boolean) ? [{ word, pixels }] : [];
  });
}

/** Strokes, centred, as ink of size x size pixels. */
export function drawStrokes(strokes, draw, size) {
  const points = strokes.flat();
  const [width, height] = [0, 1].map(axis => Math.max(...points.map(point => point[axis])));
  const scale = (0.86 * size) / 255;
  const [left, top] = [(size - width * scale) / 2, (size - height * scale) / 2];
  const path = strokes
    .filter(stroke => stroke.length > 0)
    .map(stroke => (stroke.length === 1 ? [stroke[0], stroke[0]] : stroke))
    .map(
      stroke =>
        `M${stroke.map(([x, y]) => `${(left + x * scale).toFixed(2)} ${(top + y * scale).toFixed(2)}`).join('L')}`,
    )
    .join('');
  const pixels = draw(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}">` +
      `<path d="${path}" fill="none" stroke="#000" stroke-width="${(2.2 * size) / 48}" stroke-linecap="round" ` +
      'stroke-linejoin="round"/></svg>',
  );
  return pixels && alphaOf(pixels);
}

/** A bitmap, enlarged and centred, as ink of size x size pixels. */
export function drawBitmap(pixels, size) {
  const marked = Array.from(pixels.keys()).filter(i => pixels[i] > 40);
  const middle = values => (Math.min(...values) + Math.max(...values)) / 2 + 0.5;
  const centre =
    marked.length === 0
      ? [14, 14]
      : [middle(marked.map(i => i % bitmapSide)), middle(marked.map(i => Math.floor(i / bitmapSide)))];
  const scale = bitmapSide / (0.86 * size);
  const at = (x, y) => (x < 0 || y < 0 || x >= bitmapSide || y >= bitmapSide ? 0 : pixels[y * bitmapSide + x]);
  return Uint8Array.from({ length: size * size }, (_, i) => {
    const x = ((i % size) + 0.5 - size / 2) * scale + centre[0] - 0.5;
    const y = (Math.floor(i / size) + 0.5 - size / 2) * scale + centre[1] - 0.5;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [right, below] = [x - left, y - top];
    const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
    const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
    return Math.round(upper * (1 - below) + lower * below);
  });
}
