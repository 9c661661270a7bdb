import { appearanceProblems, type OpenApp, openApp, type Page, undescribedControls } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { steps } from '../src/steps/index.js';
import { stepReady } from './open.js';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('tour');
  page = await app.open();
  for (const { name } of steps) await stepReady(page, name);
});

afterAll(() => app?.close());

test('axe-core finds nothing serious and nothing scrolls sideways', async () => {
  expect(await appearanceProblems(page)).toEqual([]);
});

test('every control has a help sentence', async () => {
  expect(await undescribedControls(page, 'input, textarea, :is(.picture, footer) button[id]')).toEqual([]);
});

test('the arrow keys walk from step to step, and the address follows', async () => {
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('body').press('ArrowRight');
  for (const { name } of steps) {
    await page.locator(`#rail [aria-current=step][href="#step=${name}"]`).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe(`${name}-title`);
    await page.keyboard.press('ArrowRight');
  }
  expect(new URL(page.url()).hash).toContain(`step=${steps.at(-1)!.name}`);
});

test('the pages had no problems', () => {
  expect(app.problems).toEqual([]);
});
