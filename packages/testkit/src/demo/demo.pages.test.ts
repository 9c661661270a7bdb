import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apps, lessons } from '../../../../scripts/lib/apps.mjs';
import { launchChrome } from '../browser.js';
import { type Demo, startDemo } from './start.js';

/** The addresses of the pages below the demo's; the landing page has none of its own. */
const paths = apps().map(({ path }) => (path === '' ? '' : `${path}/`));
let browser: Browser;
let demo: Demo;

beforeAll(async () => {
  await (await startDemo()).interrupt(); // The first run builds what is not built yet.
  demo = await startDemo();
  browser = await launchChrome(['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost']);
});

afterAll(async () => {
  await browser?.close();
  await demo?.interrupt();
});

/** Opens a page, waits until it is idle, and returns its requests and problems. */
const look = async (path: string) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  context.on('request', request => {
    const { protocol, host } = new URL(request.url());
    if (/^https?:/.test(protocol) && host !== new URL(demo.address).host) foreign.push(request.url());
  });
  page.on('pageerror', error => errors.push(error.message));
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  context.on('response', response => response.status() >= 400 && errors.push(`${response.status()} ${response.url()}`));
  await page.goto(demo.address + path);
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(2000);
  const links = await page.locator('a').evaluateAll(all => all.map(link => link.getAttribute('href')));
  await context.close();
  return { foreign, errors, links };
};

describe('npm run demo, with the network cut', () => {
  test('a second run installs and builds nothing', () => {
    expect(demo.output).toMatch(new RegExp(`Cached:\\s+${paths.length} cached, ${paths.length} total`));
    expect(demo.output).not.toContain('Installing');
  });

  test('it uses the next port if one is busy, and stops on Ctrl-C', async () => {
    const second = await startDemo();
    expect(new URL(second.address).port).not.toBe(new URL(demo.address).port);
    expect((await fetch(second.address)).status).toBe(200);
    expect(await second.interrupt()).toBe(0);
    await expect(fetch(second.address)).rejects.toThrow();
  });

  test.each(paths)('/%s opens without errors and without requests to other origins', async path => {
    const { foreign, errors, links } = await look(path);
    expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
    if (path === '') expect(links).toEqual(expect.arrayContaining(lessons().map(({ address }) => `./${address}`)));
    else expect(links).toContain('../');
  });

  test('each page leads to the next one, from the first to the last', async () => {
    const addresses = lessons().flatMap(({ path }) => (path === undefined ? [] : [`${path}/`]));
    for (const address of addresses) {
      const html = await (await fetch(demo.address + address)).text();
      const linked = (side: string) =>
        [...html.matchAll(new RegExp(`<a class="${side}" href="../([^"]*)"`, 'g'))].map(([, link]) => link);
      const index = lessons().findIndex(lesson => lesson.address === address);
      const expected = (lesson?: { address: string }) => (lesson ? [lesson.address, lesson.address] : []); // above, below
      expect(linked('previous')).toEqual(expected(lessons()[index - 1]));
      expect(linked('next')).toEqual(expected(lessons()[index + 1]));
    }
  });

  test('pages allow no inline script and no eval', async () => {
    for (const path of paths) {
      const policy = (await fetch(demo.address + path)).headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
      expect(policy).toMatch(/^default-src 'none';/);
      expect(policy).toMatch(/style-src 'self';/);
    }
  });

  test('files outside the served folders are not found', async () => {
    for (const path of ['package.json', '..%2fpackage.json', `${paths[1]}..%2f..%2f..%2fpackage.json`, 'models/']) {
      expect((await fetch(demo.address + path)).status).toBe(404);
    }
  });
});
