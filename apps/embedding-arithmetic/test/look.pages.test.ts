import { expectError, type OpenApp, openApp, type Page, reachedByTab, wrongLooks } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answered, settled } from './open.js';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('embedding-arithmetic');
  page = await app.open('#drift=open');
  await settled(page);
  await page.locator('#drift-answer', { hasText: 'enters' }).waitFor({ timeout: 60_000 });
}, 120_000);
afterAll(() => app?.close());

test('nothing serious for axe-core, nothing scrolls sideways, with an error and with an answer', async () => {
  await page.fill('#expression', 'kign');
  await expectError(page, 'kign');
  expect(await wrongLooks(page)).toEqual([]);
  await page.fill('#expression', 'king - man + woman');
  await answered(page, 'queen');
  expect(await wrongLooks(page)).toEqual([]);
});

test('the whole page is reached by Tab, each control says what it is', async () => {
  const reached = await reachedByTab(page, 60);
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
    expect(reached).toContain(id);
});

test('the answer stands there soon, and moving the map with 50,000 points leaves the page its time', async () => {
  const other = await app.open();
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
  expect(app.wrong).toEqual([]);
});
