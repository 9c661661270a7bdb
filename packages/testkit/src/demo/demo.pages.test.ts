import type { Browser, BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apps, lessons } from '../../../../scripts/lib/apps.mjs';
import { sizes } from '../../../../scripts/lib/sizes.mjs';
import { launchChrome } from '../browser.js';
import { type Demo, startDemo } from './start.js';

interface PageToOpen {
  /** Its address below that of the demo; '' for the landing page. */
  readonly path: string;
  /** A selector of its first result. */
  readonly ready: string;
}

const pages: PageToOpen[] = apps().map(({ path, ready }) => ({ path: path === '' ? '' : `${path}/`, ready }));
const paths = pages.map(({ path }) => path);
let browser: Browser;
let context: BrowserContext;
let demo: Demo;

beforeAll(async () => {
  await (await startDemo()).interrupt(); // The first run builds what is not built yet.
  demo = await startDemo();
  browser = await launchChrome(['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost']);
  context = await browser.newContext({ serviceWorkers: 'allow', reducedMotion: 'reduce' });
});

afterAll(async () => {
  await browser?.close();
  await demo?.interrupt();
});

/** Opens a page, waits for its first result and for `done`, and returns its requests to others, problems and links. */
const look = async ({ path, ready }: PageToOpen, done?: (page: Page) => Promise<unknown>) => {
  const page = await context.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on('request', request => {
    const { protocol, host } = new URL(request.url());
    if (/^https?:/.test(protocol) && host !== new URL(demo.address).host) foreign.push(request.url());
  });
  page.on('pageerror', error => errors.push(error.message));
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('response', response => response.status() >= 400 && errors.push(`${response.status()} ${response.url()}`));
  await page.goto(demo.address + path);
  await page.locator(ready).first().waitFor({ state: 'attached' });
  await done?.(page);
  errors.push(...(await page.locator('[role=alert]:visible').allTextContents()));
  const links = await page.locator('a').evaluateAll(all => all.map(link => link.getAttribute('href')));
  await page.close();
  return { foreign, errors, links };
};

/** Waits until a page is kept by a service worker of its own; before that the one of the landing page may answer. */
const untilKept = (page: Page) =>
  expect
    .poll(() =>
      page.evaluate(async () => {
        const { scope, active } = (await navigator.serviceWorker.getRegistration()) ?? {};
        return scope === new URL('./', document.baseURI).href && active?.state === 'activated';
      }),
    )
    .toBe(true);

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

  test.each(pages)('/$path opens without errors and without requests to other origins, and is kept', async page => {
    const { foreign, errors, links } = await look(page, untilKept);
    expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
    if (page.path === '') expect(links).toEqual(expect.arrayContaining(lessons().map(({ address }) => `./${address}`)));
    else expect(links).toContain('../');
  });

  test('each page keeps the budget of its bytes', () => {
    const measured = sizes();
    expect(measured.map(({ name }) => name)).toEqual(apps().map(({ name }) => name));
    expect(measured.filter(({ bytes, budget }) => budget === undefined || bytes > budget || bytes === 0)).toEqual([]);
  });

  test('each page says in its head what it is, with a picture for links to it', async () => {
    for (const { path, title, description } of apps()) {
      const address = demo.address + (path === '' ? '' : `${path}/`);
      const html = await (await fetch(address)).text();
      const textOf = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(html)?.[1];
      expect(textOf('h1')).toBe(title);
      expect(textOf('title')).toBe(title === 'Residual' ? title : `${title} · Residual`);
      const contentOf = (name: string) =>
        new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)"`).exec(html)?.[1]?.replaceAll('&amp;', '&');
      expect(['description', 'og:title', 'og:description'].map(contentOf)).toEqual([description, title, description]);
      const picture = await fetch(new URL(contentOf('og:image')!, address));
      expect(picture.headers.get('content-type')).toBe('image/jpeg');
      expect((await picture.arrayBuffer()).byteLength).toBeLessThanOrEqual(60_000);
    }
  });

  test('each page leads to the next one, from the first to the last', async () => {
    const addresses = lessons().flatMap(({ path }) => (path === undefined ? [] : [`${path}/`]));
    for (const address of addresses) {
      const html = await (await fetch(demo.address + address)).text();
      const linked = (side: string) =>
        [...html.matchAll(new RegExp(`<a class="${side}" href="../([^"]*)"`, 'g'))].map(([, link]) => link);
      const index = lessons().findIndex(lesson => lesson.address === address);
      // above and below
      const expected = (lesson?: { address: string }) => (lesson ? [lesson.address, lesson.address] : []);
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

  test('without the server each page that was visited shows its first result', async () => {
    await demo.interrupt();
    await context.setOffline(true);
    for (const page of pages) {
      const { errors } = await look(page);
      expect(errors, page.path).toEqual([]);
    }
  });
});
