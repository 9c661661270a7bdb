import {
  appearanceProblems,
  drawnByGraphics,
  expectError,
  type OpenApp,
  openApp,
  type Page,
  pageWork,
  reachedByTab,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settled, written } from './open.js';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('generation');
  page = await app.open('#backend=wasm');
  await settled(page);
});

afterAll(() => app?.close());

/** States of the page, each reached from the one before. */
const states: Record<string, () => Promise<unknown>> = {
  'before the first click': async () => {},
  'with the attention of the whole story and a selected token of the prompt': async () => {
    await page.click('#take-story');
    await page.locator('#row [role=option]').nth(59).waitFor();
    await page.locator('#attention .map').focus();
    await page.locator('#story [role=option]').nth(4).hover();
    await page.locator('#bars caption', { hasText: 'of your text' }).waitFor();
  },
  'with an error': async () => {
    await page.setInputFiles('#files', [{ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') }]);
    await expectError(page, 'no config.json');
  },
  'during loading': async () => {
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = false;
      place.querySelector('p')!.textContent = 'Loading the model: 1.0 of 18.8 MB';
    });
  },
};

describe('the page', () => {
  test.each(Object.keys(states))('%s, axe-core finds nothing serious and nothing scrolls sideways', async state => {
    await states[state]!();
    expect(await appearanceProblems(page)).toEqual([]);
  });

  test('every control has a help sentence, and Tab reaches all controls and views', async () => {
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = true;
    });
    expect(await undescribedControls(page, 'input, select, textarea, button')).toEqual([]);
    const views = ['story', 'greedy', 'sampled', 'heads', 'attention', 'row'].map(id => `#${id}`).join(', ');
    const wanted = await page
      .locator(`:is(input, select, textarea, button):not(:disabled, #cancel), ${views}`)
      .evaluateAll(all => all.map(one => one.id));
    expect(wanted.length).toBeGreaterThan(30);
    const reached = await reachedByTab(page, wanted.length + 4);
    expect(wanted.filter(name => !reached.has(name))).toEqual([]);
  });

  test('works without a mouse: keys select a token and a cell', async () => {
    await page.locator('#prompt').focus();
    for (let i = 0; i < 40 && (await page.evaluate(() => document.activeElement!.id)) !== 'story'; i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('End');
    await page.locator('#bars caption', { hasText: 'token 60' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.locator('#bars caption', { hasText: 'token 59' }).waitFor();
    await page.locator('#attention .map').focus();
    const before = await page.locator('#attention output').textContent();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#attention output').textContent()).not.toBe(before);
  });
});

test('the main thread of the page has little work while the model writes', async () => {
  const drawn = await openApp('generation', drawnByGraphics);
  const page = await drawn.open('#backend=wasm');
  await settled(page);
  const work = await pageWork(page);
  const before = await work();
  await page.fill('#maxNewTokens', '230');
  await page.click('#generate');
  await page.locator('#stop:not(:disabled)').waitFor();
  await written(page);
  const spent = (await work()) - before;
  const tokens = await page.locator('#story [role=option]').count();
  expect(tokens).toBeGreaterThan(120);
  expect(spent).toBeGreaterThan(0);
  expect(spent / tokens).toBeLessThan(0.25); // it is 0.1
  await drawn.close();
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
  expect(app.foreignRequests).toEqual([]);
});
