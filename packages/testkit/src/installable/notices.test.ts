import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../repository/workspace.js';
import { missingNotices, type TarballFiles } from './notices.js';

const own = readFileSync(join(root, 'LICENSE'), 'utf8');
const withApache = readFileSync(join(root, 'packages/backend-wasm/LICENSE'), 'utf8');
const packed = (files: Record<string, string>): TarballFiles =>
  new Map(Object.entries(files).map(([path, text]) => [path, () => text]));

test('a missing LICENSE and missing notices of embedded code are found', () => {
  const embedded = { 'dist/page.js': '/** @license Licensed under the Apache License, Version 2.0 (the "License") */' };
  expect(missingNotices(packed({ 'README.md': '' }), 'MIT')).toEqual(['LICENSE']);
  expect(missingNotices(packed({ LICENSE: own, 'dist/index.js': 'export {};' }), 'MIT')).toEqual([]);
  expect(missingNotices(packed({ LICENSE: own, ...embedded }), 'MIT')).toHaveLength(1);
  expect(missingNotices(packed({ LICENSE: withApache, ...embedded }), 'MIT')).toHaveLength(1);
  expect(missingNotices(packed({ LICENSE: withApache, ...embedded }), 'MIT AND Apache-2.0')).toEqual([]);
});
