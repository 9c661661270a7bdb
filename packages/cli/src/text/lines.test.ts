import { workRatio } from '@residual/testkit/processor-time';
import { expect, test } from 'vitest';
import { lineGroups } from './lines.js';

async function* chunksOf(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
}

async function groups(chunks: readonly string[], size: number): Promise<string[][]> {
  const all: string[][] = [];
  for await (const group of lineGroups(chunksOf(chunks), size)) all.push(group);
  return all;
}

test('lines come in groups, wherever the chunks end', async () => {
  expect(await groups(['a\r', '\nb', 'c', '\n\n', 'd'], 2)).toEqual([
    ['a', 'bc'],
    ['', 'd'],
  ]);
  expect(await groups([], 3)).toEqual([]);
});

test('a line of very many chunks is searched once', async () => {
  const read = (count: number) => async () => {
    const [[line]] = (await groups(new Array<string>(count).fill('x'.repeat(1 << 15)), 1)) as [[string]];
    expect(line.length).toBe(count * 2 ** 15);
  };
  // 8 as a rule; if each chunk began anew, 64
  expect(await workRatio(read(4000), read(500), { below: 32 })).toBeLessThan(32);
});
