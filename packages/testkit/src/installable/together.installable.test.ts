import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchChrome } from '../browser.js';
import { findChrome } from '../chrome.js';
import { webpackPage } from './bundles.js';
import { entriesOf, packagesWithCode, together } from './consumer.js';
import { numberedImports } from './entry.js';
import { visit } from './page.js';

const chrome = findChrome();
let browser: Browser | undefined;

beforeAll(async () => {
  if (chrome) browser = await launchChrome();
});
afterAll(() => browser?.close());

/** The dependencies of each package are tested where it is installed alone. */
test('webpack bundles every package into one page, and the page loads', async () => {
  const folder = together(inject('temporaryFolder'));
  const outDir = join(folder, 'from-webpack');
  const entries = packagesWithCode().flatMap(entriesOf);
  const specifiers = entries.filter(({ inBrowser }) => inBrowser).map(({ specifier }) => specifier);
  const exported = specifiers.map((specifier, index) => `'${specifier}': Object.keys(part${index}).length`);
  writeFileSync(
    join(folder, 'all.js'),
    `${numberedImports(specifiers)}\nglobalThis.result = { ${exported.join(', ')} };\n`,
  );
  await webpackPage(folder, './all.js', outDir);
  if (!chrome) return;
  const { result, errors } = await visit(browser!, outDir, 'index.html', { strict: true });
  expect(errors).toEqual([]);
  const counts = result as Record<string, number>;
  expect(Object.keys(counts)).toEqual(specifiers);
  const isEmpty = (specifier: string) => counts[specifier] === 0 && !specifier.startsWith('@residual/backend-');
  expect(specifiers.filter(isEmpty), 'entries without exports').toEqual([]);
});
