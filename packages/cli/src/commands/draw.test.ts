import '@residual/testkit/wasm';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from '@residual/model';
import { memoryUsage } from '@residual/tensor';
import { drawingToSvg } from '@residual/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../testing/run-command.js';

const source = fileURLToPath(new URL('../../../model-drawings/model', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-draw-'));
});
afterAll(() => rm(folder, { recursive: true }));

const draw = (...args: string[]) => runCommand('draw', '--model', source, ...args);
const box = (side: number) => ({ left: 0, top: 0, width: side, height: side });

test('a word becomes an SVG file, the one that the library draws', async () => {
  const before = memoryUsage();
  const out = join(folder, 'sun.svg');
  const { code, out: printed, errors } = await draw('hot', 'sun', 'zzgrmpf', '--seed', '5', '--out', out);
  expect([code, printed]).toEqual([0, '']);
  expect(errors).toContain('The model does not know zzgrmpf.');
  const model = await loadModel(source);
  const { drawing } = await model.draw('hot sun', { seed: 5 }).result();
  model.dispose();
  expect(await readFile(out, 'utf8')).toBe(drawingToSvg(drawing, { size: 512, box: box(31) }));
  const likeliest = await draw('sun', '--temperature', '0', '--guidance-scale', '1', '--max-new-tokens', '3');
  expect(likeliest.out).toMatch(/^<svg .*<\/svg>\n$/);
  expect(memoryUsage()).toEqual(before);
});

test('strokes that are there stay, and what is drawn is told as JSON', async () => {
  const strokes = join(folder, 'strokes.ndjson');
  await writeFile(strokes, '{"word":"house","drawing":[[[0,255],[200,200]],[[0,0],[255,200]]]}\n');
  const { code, out } = await draw('house', '--strokes', strokes, '--seed', '2', '--json');
  const { drawing, added_strokes: added, ...others } = JSON.parse(out);
  expect(code).toBe(0);
  expect(drawing.slice(0, 2)).toEqual([
    [
      [0, expect.closeTo(200, -1)],
      [255, expect.closeTo(200, -1)],
    ],
    [
      [0, 255],
      [0, expect.closeTo(200, -1)],
    ],
  ]);
  expect(drawing).toHaveLength(2 + added);
  expect(others).toMatchObject({ seed: 2, unknown_words: [] });
  const outside = join(folder, 'outside.ndjson');
  await writeFile(outside, '{"word":"house","drawing":[[[0,300],[1,2]]]}\n');
  expect((await draw('house', '--strokes', outside)).errors).toContain(
    'has the point [300,2]; coordinates are 0 to 255',
  );
  await writeFile(outside, '\n');
  expect((await draw('house', '--strokes', outside)).errors).toContain('has no drawing');
});
