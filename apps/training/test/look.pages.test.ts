import {
  expectError,
  type OpenApp,
  openApp,
  type Page,
  reachedByTab,
  unsaidControls,
  wrongLooks,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('training');
  page = await app.open('#backend=wasm&depth=1&heads=2&modelDim=16&length=32&batch=2&steps=20');
});

afterAll(() => app?.close());

test('all four tabs: nothing serious for axe-core and no scrolling sideways, whatever the look', async () => {
  await page.click('#tab-gpt');
  await page.fill('#text', 'All:\nSpeak, speak.\n'.repeat(20));
  await page.click('#gpt-start');
  await page.locator('#gpt-status', { hasText: 'Finished' }).waitFor({ timeout: 60_000 });
  await page.click('#tab-line');
  await page.fill('#lineRate', '10');
  await page.click('#line-start');
  await expectError(page, 'too high', { timeout: 60_000 });
  const showAll = (all: boolean) =>
    page.locator('[role=tabpanel]').evaluateAll((panels, isShown) => {
      for (const panel of panels) (panel as HTMLElement).hidden = !isShown && panel.id !== 'panel-line';
    }, all);
  await showAll(true);
  expect(await wrongLooks(page)).toEqual([]);
  await showAll(false);
});

test('tabs are changed by arrow keys', async () => {
  await page.locator('#tab-tune').focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.evaluate(() => document.activeElement!.id)).toBe('tab-line');
  expect(await page.locator('#panel-line').isVisible()).toBe(true);
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('#panel-tune').isVisible()).toBe(true);
});

test('every control has a sentence, and those of a tab are reached by Tab', async () => {
  const controls = ':is(input:not([type=hidden]), select, textarea, button:not([role=tab]))';
  expect(await unsaidControls(page, controls)).toEqual([]);
  await page.click('#tab-line');
  const wanted = await page.locator(`${controls}:visible:not(:disabled)`).evaluateAll(all => all.map(one => one.id));
  const reached = await reachedByTab(page, wanted.length + 15);
  expect(wanted.filter(id => !reached.has(id))).toEqual([]);
});

test('the page does little itself while it trains', async () => {
  await page.click('#tab-gpt');
  await page.fill('#steps', '5000');
  const devtools = await page.context().newCDPSession(page);
  // Time of the page's own thread on a processor: it does not grow with whatever else the machine does.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const work = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  await page.click('#gpt-start');
  await page.locator('#gpt-status', { hasText: 'Training.' }).waitFor();
  const [before, begun] = [await work(), Date.now()];
  await page.waitForTimeout(4000);
  const [spent, elapsed] = [(await work()) - before, Date.now() - begun];
  await page.click('#gpt-stop');
  await page.locator('#gpt-status', { hasText: 'Stopped' }).waitFor();
  const steps = Number(/step (\d+)/.exec((await page.locator('#gpt-status').textContent())!)![1]);
  console.log(`the page's thread worked ${spent.toFixed(0)} of ${elapsed} ms for ${steps} steps`);
  expect(spent).toBeGreaterThan(0);
  expect(spent / steps).toBeLessThan(8);
});

test('nothing went wrong in the page meanwhile', () => {
  expect({ wrong: app.wrong, foreign: app.foreign }).toEqual({ wrong: [], foreign: [] });
});
