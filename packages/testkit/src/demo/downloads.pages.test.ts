import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../../../scripts/lib/serve.mjs';
import { launchChrome } from '../browser.js';
import { type ThrottledServer, throttledServer } from '../pages/throttled-server.js';
import { watchPages } from '../pages/watch.js';

const watch = watchPages();
let browser: Awaited<ReturnType<typeof launchChrome>>;
let demo: Awaited<ReturnType<typeof serve>>;
let server: ThrottledServer;

beforeAll(async () => {
  [browser, demo] = await Promise.all([launchChrome(), serve()]);
  server = await throttledServer(demo.address);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  demo?.close();
});

/** The names of binary files on pages. */
const fileLabels: readonly (readonly [RegExp, string])[] = [
  [/\.js$/, 'the program'],
  [/^model\.safetensors$/, 'the model'],
  [/^vectors\.safetensors$/, 'the word vectors'],
  [/^tokenizer\.json$/, 'the vocabulary of the model'],
  [/^vocab\.json$/, 'the words'],
];

/**
 * Opens a page and continues each of its downloads only after the page has shown its progress. Returns the names that
 * the page showed.
 */
const openSlowly = async (path: string, hash: string, isReady: string, before = '') => {
  const page = await browser.newPage();
  await watch.observe(page);
  await page.goto(`${server.address}${path}/${hash}`, { waitUntil: 'commit' });
  let asked = before === '';
  const reportedFiles = new Set<string>();
  let words: string[] = [];
  for (let idle = 0; (await page.locator(isReady).count()) === 0; idle++) {
    if (idle > 600)
      throw new Error(`the page says ${JSON.stringify(words)} of ${JSON.stringify(server.pendingFiles())}`);
    if (!asked && (await page.locator(before).isVisible())) {
      await page.click(before);
      asked = true;
    }
    words = await page.locator('.loading:visible p').allTextContents();
    for (const file of server.pendingFiles()) {
      const name = fileLabels.find(([pattern]) => pattern.test(file.name))?.[1];
      const numbers = `${(file.bytesSent / 1e6).toFixed(1)} of ${(file.size / 1e6).toFixed(1)} MB`;
      // The page's first scripts cannot show their own progress.
      const isSaid = words.includes(`Loading ${name}: ${numbers}`);
      const isOwn = /^(index|src|map|kernels|zip|files|tfjs|trainer)-/.test(file.name);
      if (isSaid) reportedFiles.add(name!);
      if (isSaid || isOwn) idle = 0;
      if (isSaid || isOwn) file.sendMore();
    }
    await page.waitForTimeout(30);
  }
  if (server.pendingFiles().length === 0) expect(await page.locator('.loading:visible').count()).toBe(0);
  await page.close();
  await expect.poll(() => server.pendingFiles()).toEqual([]);
  return [...reportedFiles].sort();
};

describe('on a slow line each page says of each file how many bytes of how many are here', () => {
  const ofModel = ['the model', 'the program', 'the vocabulary of the model'];
  test('generation', async () => {
    expect(await openSlowly('generation', '#maxNewTokens=2&backend=wasm', 'main[data-state=ready]')).toEqual(ofModel);
  });

  test('translation', async () => {
    expect(await openSlowly('translation', '#text=Yes.&backend=wasm', 'main[data-state=ready]')).toEqual(ofModel);
  });

  test('tokenizer', async () => {
    expect(await openSlowly('tokenizer', '', '#back:not(:empty)')).toEqual(ofModel.slice(1));
  });

  test('training', async () => {
    expect(await openSlowly('training', '', '#backend option:has-text("auto (")')).toEqual(['the program']);
    const hash = '#tab=tune&tuneSteps=1&backend=wasm';
    expect(await openSlowly('training', hash, '#tune-facts:not(:empty)', '#tune-form [type=submit]')).toEqual(ofModel);
  });

  test('embedding arithmetic', async () => {
    expect(await openSlowly('embedding-arithmetic', '', 'body[data-ready]')).toEqual(['the word vectors', 'the words']);
  });
});
