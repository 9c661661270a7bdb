import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answered, openBrowser, type Page, settled } from './open.js';

let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.open('#drift=open');
  await settled(page);
  await page.locator('#drift-answer', { hasText: 'enters' }).waitFor({ timeout: 60_000 });
}, 120_000);
afterAll(() => browser?.close());

type Axe = { run(what: Document, options: { resultTypes: string[] }): Promise<AxeResults> };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds serious or critical. */
const serious = async () => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: Axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
};

const looks = (['light', 'dark'] as const).flatMap(colorScheme =>
  [1280, 360].map(width => ({ colorScheme, width, height: 800 })),
);

test.each(looks)('$colorScheme, $width pixels: nothing serious for axe-core, nothing scrolls sideways', async look => {
  const { colorScheme, ...size } = look;
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(size);
  await page.fill('#expression', 'kign');
  await page.locator('#expression-error').waitFor();
  await page.waitForTimeout(300);
  expect(await serious()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width);
  await page.fill('#expression', 'king - man + woman');
  await answered(page, 'queen');
  expect(await serious()).toEqual([]);
});

test('the whole page is reached by Tab, each control says what it is', async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.locator('.home a').focus();
  const reached = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const id = await page.evaluate(() => {
      const { activeElement: at } = document;
      return at?.id || at?.closest('[id]')?.id || '';
    });
    reached.add(id);
    if (id === 'copy') break;
  }
  for (const id of [
    'expression',
    'examples',
    'map',
    'views',
    'larger',
    'neighbours',
    'method',
    'axes',
    'table',
    'direction-presets',
    'pairs',
    'words',
    'drift',
    'first',
    'copy',
  ])
    expect([...reached]).toContain(id);
});

test('the answer stands there soon, and moving the map with 50,000 points leaves the page its time', async () => {
  const other = await browser.open();
  await other.locator('#answer strong').waitFor();
  const ready = await other.evaluate(() => performance.now());
  await settled(other);
  // Graphics run on the processor here, and other tests beside them.
  expect(ready).toBeLessThan(8000);
  const busy = await other.evaluate(async () => {
    const taken: number[] = [];
    const own = requestAnimationFrame;
    // What each frame costs this thread.
    globalThis.requestAnimationFrame = act =>
      own(time => {
        const begun = performance.now();
        act(time);
        taken.push(performance.now() - begun);
      });
    const canvas = document.querySelectorAll<HTMLCanvasElement>('#map canvas')[1]!;
    for (let i = 0; i < 40; i++) {
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key: i % 2 ? 'ArrowLeft' : 'ArrowRight' }));
      await new Promise(own);
    }
    return taken.sort((a, b) => a - b);
  });
  expect(busy.length).toBeGreaterThan(30);
  expect(busy[Math.floor(0.95 * busy.length)]!).toBeLessThan(100); // it is some 3 ms where nothing else runs
  await other.close();
  expect(browser.wrong).toEqual([]);
});
