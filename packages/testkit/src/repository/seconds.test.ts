import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, relativePath, root } from './workspace.js';

/** Code that measures wall-clock time. */
const clocks = /\b(performance\.now|Date\.now|hrtime|timeOrigin)\(/g;

test('no test measures wall-clock time, which fails on a busy machine: count, or compare processor time', () => {
  const wrong = ['packages', 'apps']
    .flatMap(folder => filesBelow(join(root, folder)))
    .filter(path => /\.test\.ts$/.test(path))
    .flatMap(path => (readFileSync(path, 'utf8').match(clocks) ?? []).map(call => `${relativePath(path)}: ${call}…)`));
  expect(wrong).toEqual([]);
});
