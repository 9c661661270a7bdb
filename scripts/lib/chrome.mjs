import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

/** Starts the Chrome or Chromium of this machine, as the tests find it, with further flags. */
export const launchChrome = async (flags = []) => {
  const { build } = await import('esbuild');
  const found = join(root, '.residual', 'chrome.mjs');
  const entryPoints = [join(root, 'packages', 'cli', 'src', 'machine', 'chrome.ts')];
  await build({ entryPoints, outfile: found, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const { chromeFlags, findChrome } = await import(pathToFileURL(found).href);
  const { chromium } = await import('playwright');
  return chromium.launch({ executablePath: findChrome(), args: [...chromeFlags, ...flags] });
};
