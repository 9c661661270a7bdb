import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isChecked, longLines } from './lines.js';
import { filesBelow, relativePath, root } from './workspace.js';

test('lines fit 120 columns', () => {
  const found = filesBelow(root)
    .map(path => ({ path, name: relativePath(path) }))
    .filter(({ name }) => isChecked(name))
    .flatMap(({ path, name }) => longLines(name, readFileSync(path, 'utf8')));
  expect(found, 'path:line and its length').toEqual([]);
});

const words = (length: number) => 'word '.repeat(length / 5);

test('a long line is reported with its place and length', () => {
  expect(longLines('a.ts', `${words(120)}\n${words(125)}`)).toEqual(['a.ts:2 125']);
  expect(longLines('a.md', `> ${words(120)}`)).toEqual(['a.md:1 122']);
});

test('tables, results of code in a README, commands and unbreakable texts stay whole', () => {
  expect(longLines('a.md', `| ${words(120)} |`)).toEqual([]);
  expect(longLines('a.ts', `| ${words(120)} |`)).toEqual(['a.ts:1 124']);
  expect(longLines('a.md', `console.log(x); // ${words(120)}`)).toEqual([]);
  expect(longLines('a.md', `npm i ${words(120)}`)).toEqual([]);
  expect(longLines('a.ts', `${words(60)}https://example.org/${'x'.repeat(80)}`)).toEqual([]);
});

test('fixtures and generated files are not checked', () => {
  expect(['fixtures/a.md', 'packages/tokenizer/src/text/generated/a.ts', 'a.json'].filter(isChecked)).toEqual([]);
  expect(['README.md', 'apps/training/index.html', 'packages/mlp/src/plain.ts'].every(isChecked)).toBe(true);
});
