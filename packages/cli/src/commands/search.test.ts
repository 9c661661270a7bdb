import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../testing/run-command.js';

let folder: string;
let model: string;
beforeAll(async () => {
  model = fileURLToPath(new URL('../../../model-minilm/model', import.meta.url));
  folder = await mkdtemp(join(tmpdir(), 'residual-search-'));
  await writeFile(join(folder, 'kitchen.md'), '# Rice\n\nUse two cups of water for each cup of rice.\n');
  await writeFile(join(folder, 'sea.txt'), 'Whales breathe air through blowholes.\r\n\r\nThe tide follows the moon.');
  await writeFile(join(folder, 'picture.png'), 'no text');
});
afterAll(() => rm(folder, { recursive: true }));

const search = async (query: string) => {
  const index = join(folder, 'index');
  const { code, out, errors } = await runCommand(
    'search',
    folder,
    '--model',
    model,
    '--query',
    query,
    '--index',
    index,
    '--json',
    '--top',
    '1',
  );
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(out);
};

test('text files are searched by meaning, and only new passages are embedded again', async () => {
  expect(await search('how to cook grains')).toMatchObject({
    file: join(folder, 'kitchen.md'),
    line: 3,
    text: 'Use two cups of water for each cup of rice.',
  });
  const index = await readFile(join(folder, 'index'));
  expect(await search('why does the sea rise and fall')).toMatchObject({ file: join(folder, 'sea.txt'), line: 3 });
  expect(await readFile(join(folder, 'index'))).toEqual(index);
  await appendFile(join(folder, 'kitchen.md'), '\nBread needs an hour in the oven.\n');
  const found = await search('baking time of a loaf');
  expect(found).toMatchObject({ line: 5, text: 'Bread needs an hour in the oven.' });
  expect(found.score).toBeGreaterThan(0.4);
});

test('a file that is no index is named', async () => {
  const file = join(folder, 'sea.txt');
  const { code, errors } = await runCommand('search', folder, '--model', model, '--query', 'x', '--index', file);
  expect(code).toBe(1);
  expect(errors).toContain(`residual: search: ${file} is not an index: `);
});

test('embed prints a vector for each line', async () => {
  const file = join(folder, 'lines');
  await writeFile(file, 'A cat sleeps.\nA kitten naps.\n');
  const { out } = await runCommand('embed', '--model', model, '--file', file, '--json', '--dimensions', '3');
  const lines = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(lines.map(({ text }) => text)).toEqual(['A cat sleeps.', 'A kitten naps.']);
  for (const { embedding } of lines) expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
});
