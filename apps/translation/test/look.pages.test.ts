import {
  appearanceProblems,
  expectError,
  type OpenApp,
  type Page,
  reachedByTab,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTranslation, translate, translated } from './open.js';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openTranslation();
  page = await app.open('#backend=wasm');
  await translated(page);
});

afterAll(() => app?.close());

/** States of the page, each reached from the one before. */
const states: Record<string, () => Promise<unknown>> = {
  'before the first click': async () => {},
  'with two sentences, a selected word and a head switched off': async () => {
    await translate(page, 'How can you say such a foolish thing?\nI have toothache.');
    await page.locator('#heads [aria-label="layer 2, head 0"]').click();
    await page.click('#switch');
    await page.locator('#ablation dl').waitFor();
    await page.locator('#ribbons .target [role=option]').nth(2).hover();
    await page.locator('#tree [role=option]').nth(3).hover();
  },
  'with an unsure translation': async () => {
    await translate(page, 'I love 北京. \u{1f600}');
    await page.locator('#doubt p').nth(1).waitFor();
  },
  'with an error': async () => {
    await page.fill('#beams', '0');
    await page.locator('#beams').blur();
    await expectError(page, 'beams');
  },
  'without a text, during loading': async () => {
    await page.fill('#beams', '4');
    await translate(page, '');
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = false;
      place.querySelector('p')!.textContent = 'Loading the model: 1.0 of 18.9 MB';
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
    await translate(page, 'I have toothache. I have a twin sister.');
    const controls = ':is(input:not([type=hidden]), select, textarea, button[id])';
    expect(await undescribedControls(page, controls)).toEqual([]);
    const views = ['ribbons', 'heads', 'cross', 'encoder-heads', 'encoder', 'tree'].map(id => `#${id}`).join(', ');
    const wanted = await page
      .locator(`${controls.replace(/\)$/, '')}):not(:disabled, #cancel), ${views}`)
      .evaluateAll(all => all.map(one => one.id));
    expect(wanted.length).toBeGreaterThan(18);
    const reached = await reachedByTab(page, wanted.length + 6);
    expect(wanted.filter(name => !reached.has(name))).toEqual([]);
  });

  test('works without a mouse: keys select a word, a cell and a beam', async () => {
    const outputOf = (id: string) => page.locator(`#${id} output`).textContent();
    const read = async (id: string, selector: string, key: string) => {
      await page.locator(`#${id} ${selector}[tabindex="0"]`).focus();
      const before = await outputOf(id);
      await page.keyboard.press(key);
      expect(await outputOf(id)).not.toBe(before);
    };
    await read('ribbons', '[role=option]', 'ArrowRight');
    await read('cross', '.map', 'ArrowRight');
    await read('encoder', '.map', 'ArrowRight');
    await read('tree', '[role=option]', 'ArrowLeft');
  });
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
  expect(app.foreignRequests).toEqual([]);
});
