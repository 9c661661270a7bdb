import {
  appearanceProblems,
  expectError,
  type OpenApp,
  openApp,
  type Page,
  pageWork,
  reachedByTab,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('training');
  const hash = '#tab=gpt&backend=wasm&depth=1&heads=2&modelDim=16&length=32&batch=2&steps=20&numbers=true';
  page = await app.open(hash, { reducedMotion: 'no-preference' });
  await page.evaluate(() => {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
  });
});

afterAll(() => app?.close());

const finished = () => page.locator('#gpt-status', { hasText: 'Finished' }).waitFor();

test('axe-core finds nothing serious on the five tabs and nothing scrolls sideways', async () => {
  await finished(); // it started by itself
  await page.click('#tab-backprop');
  await page.locator('#backprop-figures', { hasText: 'updates' }).waitFor();
  await page.click('#backprop-play'); // pauses
  await page.click('#tab-perceptron');
  await page.locator('#net-figures', { hasText: 'step' }).waitFor();
  await page.click('#net-stop');
  await page.click('#tab-line');
  await page.fill('#lineRate', '10');
  await page.click('#line-start');
  await expectError(page, 'the learning rate, 10, is too high here');
  const showAll = (all: boolean) =>
    page.locator('[role=tabpanel]').evaluateAll((panels, isShown) => {
      for (const panel of panels) (panel as HTMLElement).hidden = !isShown && panel.id !== 'panel-line';
    }, all);
  await showAll(true);
  expect(await appearanceProblems(page)).toEqual([]);
  await showAll(false);
});

test('arrow keys change the tab', async () => {
  await page.locator('#tab-tune').focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.evaluate(() => document.activeElement!.id)).toBe('tab-line');
  expect(await page.locator('#panel-line').isVisible()).toBe(true);
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('#panel-tune').isVisible()).toBe(true);
});

test('every control has a help sentence, and Tab reaches those of the open tab', async () => {
  const controls = ':is(input:not([type=hidden]), select, textarea, button:not([role=tab]))';
  expect(await undescribedControls(page, controls)).toEqual([]);
  await page.click('#tab-line');
  const wanted = await page
    .locator(`${controls}[id]:visible:not(:disabled)`)
    .evaluateAll(all => all.map(one => one.id));
  const reached = await reachedByTab(page, wanted.length + 22);
  expect(wanted.filter(id => !reached.has(id))).toEqual([]);
});

test('the main thread of the page has little work during training', async () => {
  await page.click('#tab-gpt');
  const steps = 400;
  await page.fill('#steps', String(steps));
  const work = await pageWork(page);
  const before = await work();
  await page.click('#gpt-start');
  await page.locator('#gpt-status', { hasText: 'Training.' }).waitFor();
  await finished();
  const spent = (await work()) - before;
  expect(spent).toBeGreaterThan(0);
  expect(spent / steps).toBeLessThan(0.2); // it is 0.07
});

test('the page had no problems', () => {
  expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
});
