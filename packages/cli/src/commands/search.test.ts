import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryFile } from '@residual/testkit';
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

/** What the README says that a command prints. */
async function printedInReadme(command: string): Promise<string> {
  const readme = new TextDecoder().decode(await repositoryFile('packages/cli/README.md')).replaceAll('\r\n', '\n');
  const [, after = ''] = readme.split(`$ npx residual ${command} `);
  return after.slice(after.indexOf('\n') + 1).split(/^(?:\$|```)/m)[0]!;
}

/** Equal texts, with numbers of four decimals that may round otherwise on another processor. */
function expectPrinted(actual: string, expected: string): void {
  const number = /-?\b\d\.\d{4}\b/g;
  expect(actual.replace(number, 'n')).toBe(expected.replace(number, 'n'));
  const values = actual.match(number)!.map(Number);
  for (const [i, text] of expected.match(number)!.entries()) expect(values[i]).toBeCloseTo(Number(text), 3);
}

test('search and embed print what the README says', async () => {
  const notes = join(folder, 'notes');
  await mkdir(notes);
  await writeFile(join(notes, 'kitchen.md'), '# Rice\n\nUse two cups of water for each cup of rice.\n');
  await writeFile(join(notes, 'sea.txt'), 'Whales breathe air through blowholes.\n\nThe tide follows the moon.\n');
  const query = ['--query', 'why does the sea rise and fall', '--top', '2', '--index', join(folder, 'notes-index')];
  const found = await runCommand('search', notes, '--model', model, ...query);
  expectPrinted(found.out.replaceAll(notes, 'notes'), await printedInReadme('search'));
  const file = join(folder, 'sentences.txt');
  await writeFile(file, 'A cat sleeps.\nA kitten naps.\n');
  const { out } = await runCommand('embed', '--model', model, '--file', file);
  expectPrinted(out, await printedInReadme('embed'));
  const { out: json } = await runCommand('embed', '--model', model, '--file', file, '--json', '--dimensions', '3');
  const lines = json
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(lines.map(({ text }) => text)).toEqual(['A cat sleeps.', 'A kitten naps.']);
  for (const { embedding } of lines) expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
});

test('a file that is no index is named', async () => {
  const file = join(folder, 'sea.txt');
  const { code, errors } = await runCommand('search', folder, '--model', model, '--query', 'x', '--index', file);
  expect(code).toBe(1);
  expect(errors).toContain(`residual: search: ${file} is not an index: `);
});
