import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { launchChrome } from '../browser.js';
import { findChrome } from '../chrome.js';
import { webpackPages } from './bundles.js';
import { installInto, packagesWithCode } from './consumer.js';
import { expectLoaded, pageEntry } from './entry.js';
import { visit } from './page.js';
import { readReadme } from './readme.js';

const projects = packagesWithCode().filter(({ name }) => name !== 'cli');
const folder = () => join(inject('temporaryFolder'), 'together');
const outDir = () => join(folder(), 'from-webpack');
const chrome = findChrome();
let browser: Browser | undefined;

beforeAll(async () => {
  if (chrome) browser = await launchChrome();
  await installInto(folder(), new Map(projects.flatMap(({ folder }) => [...(readReadme(folder)?.install ?? [])])));
});
afterAll(() => browser?.close());

/** The dependencies of each package are tested where it is installed alone. */
test('webpack bundles every package in one project', async () => {
  for (const project of projects) writeFileSync(join(folder(), `${project.name}.js`), pageEntry(project));
  const entries = Object.fromEntries(projects.map(({ name }) => [name, `./${name}.js`]));
  await webpackPages(folder(), entries, outDir());
});

test.skipIf(!chrome).each(projects)('the page of $manifest.name from webpack loads', async project => {
  expectLoaded(project, await visit(browser!, outDir(), `${project.name}.html`, { strict: true }));
});
