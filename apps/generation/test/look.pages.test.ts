import type { BarsElement } from '@residual/elements';
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
  page = await app.open('#backend=wasm&pace=fast');
  await settled(page);
  await written(page);
});

afterAll(() => app?.close());

const chapter = async (name: string, done: string) => {
  await page.click(`#tab-${name}`);
  await page.locator(done).first().waitFor();
  for (const summary of await page.locator(`#panel-${name} details:not([open]) summary`).all()) await summary.click();
};

/** States of the page, each reached from the one before. */
const states: Record<string, () => Promise<unknown>> = {
  'before the first click': async () => {},
  'with a branch and the attention of its whole text': async () => {
    await page.locator('#story [role=option]').nth(17).hover();
    await page.locator('#bars caption', { hasText: 'token 18,' }).waitFor();
    await page.locator('#bars button').nth(3).click();
    await page.locator('#tree [role=option]').nth(1).waitFor();
    await written(page);
    await page.click('#take-story');
    await page.locator('#row [role=option]').nth(59).waitFor();
    await page.locator('#attention .map').focus();
    await page.click('#decoding summary');
    await chapter('attention', '#maps');
  },
  'with both ways to choose, while a beginning is written': async () => {
    await chapter('ways', '#ways-one [role=option]');
    await page.click('#own');
  },
  'with the names': async () => {
    await page.keyboard.press('Escape');
    await chapter('name', '#potter:not(:empty)');
  },
  'with an error, during loading': async () => {
    await chapter('model', '#facts');
    await page.setInputFiles('#files', [{ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') }]);
    await expectError(page, 'no config.json');
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = false;
      place.querySelector('p')!.textContent = 'Loading the model: 1.0 of 10.3 MB';
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
    const controls =
      ':is(input, select, textarea, button)[id]:not([role=tab], .chips *, #names-table *, [type=hidden])';
    expect(await undescribedControls(page, controls)).toEqual([]);
    await page.click('#tab-attention');
    const wanted = await page
      .locator(
        `${controls}:visible:not(:disabled, #cancel, .dismiss), ` +
          ['story', 'bars', 'tree', 'compared-one', 'compared-other', 'heads', 'attention', 'row']
            .map(id => `#${id}`)
            .join(', '),
      )
      .evaluateAll(all => all.map(one => one.id));
    expect(wanted.length).toBeGreaterThan(25);
    const reached = await reachedByTab(page, wanted.length + 20);
    expect(wanted.filter(name => !reached.has(name))).toEqual([]);
  });

  test('works without a mouse: keys select a token and write another one, and the story branches', async () => {
    const branches = () => page.locator('#tree [role=option]').count();
    const count = await branches();
    await page.locator('#own').focus();
    for (let i = 0; i < 20 && (await page.evaluate(() => document.activeElement!.id)) !== 'story'; i++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Home');
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
    await page.locator('#bars caption', { hasText: 'token 21,' }).waitFor();
    const other = await page
      .locator('#bars')
      .evaluate(element => (element as BarsElement).bars.findIndex(({ chosen }) => !chosen));
    await page.keyboard.press('Enter');
    for (let i = 0; i < other; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(branches).toBe(count + 1);
    await written(page);
    await page.locator('#tree [role=option][tabindex="0"]').focus();
    await page.keyboard.press('Delete');
    await expect.poll(branches).toBe(count);
    await page.locator('#attention .map').focus();
    const before = await page.locator('#attention output').textContent();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#attention output').textContent()).not.toBe(before);
  });
});

test('the main thread of the page has little work while the model writes', async () => {
  const drawn = await openApp('generation', drawnByGraphics);
  const page = await drawn.open('#backend=wasm&pace=fast');
  await settled(page);
  await written(page);
  const work = await pageWork(page);
  const before = await work();
  await page.click('#decoding summary');
  await page.fill('#maxNewTokens', '230');
  await page.click('#generate');
  await page.locator('#story [role=option]').nth(100).waitFor();
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
