import { expect, test } from 'vitest';
import { lineGroups } from './lines.js';

async function* given(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
}

async function groups(chunks: readonly string[], size: number): Promise<string[][]> {
  const all: string[][] = [];
  for await (const group of lineGroups(given(chunks), size)) all.push(group);
  return all;
}

test('lines come in groups, wherever the chunks were cut', async () => {
  expect(await groups(['a\r', '\nb', 'c', '\n\n', 'd'], 2)).toEqual([
    ['a', 'bc'],
    ['', 'd'],
  ]);
  expect(await groups([], 3)).toEqual([]);
});

test('a line of very many chunks is looked through once', async () => {
  const chunks = new Array<string>(4000).fill('x'.repeat(1 << 15));
  const begun = performance.now();
  const [[line]] = (await groups(chunks, 1)) as [[string]];
  expect(line.length).toBe(4000 * 2 ** 15);
  expect(performance.now() - begun).toBeLessThan(5000); // as a rule 100; if each chunk began anew, minutes
});
