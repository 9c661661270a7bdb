import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, relativePath, root } from './workspace.js';

const megabyte = 1_000_000;
const fixtures = join(root, 'fixtures');

const foldersOf = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => join(folder, entry.name));

/** A fixture is a folder of the second level, or of the first level if that contains files. */
const fixtureFolders = foldersOf(fixtures).flatMap(group => {
  const holdsFiles = readdirSync(group, { withFileTypes: true }).some(
    entry => entry.isFile() && entry.name !== 'LICENSE',
  );
  return holdsFiles ? [group] : foldersOf(group);
});

test('each fixture has a licence file and a line in THIRD_PARTY_NOTICES.md', () => {
  const notices = readFileSync(join(root, 'THIRD_PARTY_NOTICES.md'), 'utf8');
  const wrong = fixtureFolders.flatMap(folder => [
    ...(existsSync(join(folder, 'LICENSE')) ? [] : [`${relativePath(folder)} lacks LICENSE`]),
    ...(notices.includes(`| ${relativePath(folder)} |`) ? [] : [`${relativePath(folder)} is not listed`]),
  ]);
  expect(wrong).toEqual([]);
});

test('each line of THIRD_PARTY_NOTICES.md about a fixture has its folder', () => {
  const notices = readFileSync(join(root, 'THIRD_PARTY_NOTICES.md'), 'utf8');
  const listed = [...notices.matchAll(/^\| (fixtures\/[^ ]+) \|/gm)].map(([, path]) => path!);
  expect(listed.filter(path => !existsSync(join(root, path)))).toEqual([]);
});

test('all fixtures together stay under 30 MB', () => {
  const bytes = filesBelow(fixtures).reduce((sum, path) => sum + statSync(path).size, 0);
  expect(bytes).toBeLessThan(30 * megabyte);
});

test('no file is larger than 25 MB', () => {
  const large = filesBelow(root).filter(path => statSync(path).size > 25 * megabyte);
  expect(large.map(relativePath)).toEqual([]);
});
