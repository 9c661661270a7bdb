import {
  appearanceProblems,
  expectError,
  type OpenApp,
  type Page,
  reachedByTab,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChapter, openTranslation, translate, translated } from './open.js';

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
  'with several sentences, a chosen word and a head switched off': async () => {
    await translate(page, 'How can you say such a foolish thing?\nI have toothache.');
    await page.locator('#heads [aria-label="layer 2, head 0"]').click();
    await page.click('#switch');
    await page.locator('#ablation dl').waitFor();
    await page.locator('#ribbons .target [role=option]').nth(2).hover();
  },
  'with an unsure translation, and the encoder': async () => {
    await translate(page, 'I love 北京. \u{1f600}');
    await page.locator('#doubt p').nth(1).waitFor();
    await openChapter(page, 'encoder');
  },
  'while the sentence is edited in its place, and the decoder': async () => {
    await translate(page, 'Yes.');
    await page.locator('#text').focus();
    await openChapter(page, 'decoder');
  },
  'with the beams, and a sentence in columns': async () => {
    await translate(
      page,
      `Tom asked Mary why she was crying, and ${'she asked Tom why he was crying, and '.repeat(2)}so on.`,
    );
    await openChapter(page, 'beams');
    await page.locator('#tree [role=option]').nth(3).hover();
  },
  'with an error, the settings and the model': async () => {
    await page.click('#settings summary');
    await page.fill('#beams', '0');
    await page.locator('#beams').blur();
    await expectError(page, 'beams');
    await openChapter(page, 'model');
  },
  'without a text, during loading': async () => {
    await page.fill('#beams', '4');
    await translate(page, '');
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = false;
      place.querySelector('p')!.textContent = 'Loading the model: 1.0 of 10.2 MB';
    });
  },
};

describe('the page', () => {
  test.each(Object.keys(states))('%s, axe-core finds nothing serious and nothing scrolls sideways', async state => {
    await states[state]!();
    expect(await appearanceProblems(page)).toEqual([]);
  });

  test('every control has a help sentence, and Tab reaches all controls and views of a chapter', async () => {
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = true;
    });
    await translate(page, 'I have toothache. I have a twin sister.');
    const controls = ':is(input:not([type=hidden]), select, textarea, button[id]:not([role=tab]))';
    expect(await undescribedControls(page, controls)).toEqual([]);
    await page.locator('details').evaluateAll(all => {
      for (const each of all) (each as HTMLDetailsElement).open = true;
    });
    for (const [chapter, views] of [
      ['cross', ['heads', 'cross']],
      ['decoder', ['decoder-heads', 'decoder']],
      ['beams', ['tree']],
    ] as const) {
      await openChapter(page, chapter);
      const wanted = await page.evaluate(
        ([controls, views]) => {
          const enabled = [...document.querySelectorAll<HTMLInputElement>(controls!)];
          const visible = enabled.filter(each => !each.disabled && each.checkVisibility()).map(({ id }) => id);
          return [...visible, 'ribbons', ...views!.split(' ')].filter(id => id !== '');
        },
        [controls, views.join(' ')],
      );
      expect(wanted.length).toBeGreaterThan(10);
      const reached = await reachedByTab(page, wanted.length + 20);
      expect(wanted.filter(name => !reached.has(name))).toEqual([]);
    }
  });

  test('works without a mouse: keys select a word, a sentence, a cell and a beam', async () => {
    const outputOf = (id: string) => page.locator(`#${id} output`).textContent();
    const read = async (id: string, selector: string, key: string) => {
      await page.locator(`#${id} ${selector}[tabindex="0"]`).focus();
      const before = await outputOf(id);
      await page.keyboard.press(key);
      expect(await outputOf(id)).not.toBe(before);
    };
    await read('tree', '[role=option]', 'ArrowLeft');
    await read('ribbons', '[role=option]', 'ArrowRight');
    const french = await page.locator('#ribbons .target').textContent();
    await page.locator('#french [tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#ribbons .target').textContent()).not.toBe(french);
    await page.locator('#tab-cross').focus();
    await page.keyboard.press('Home');
    await read('cross', '.map', 'ArrowRight');
    await page.locator('#tab-cross').focus();
    await page.keyboard.press('ArrowRight');
    await read('encoder', '.map', 'ArrowRight');
    await page.locator('#text').focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#ribbons .target').textContent()).toBe(french);
  });
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
  expect(app.foreignRequests).toEqual([]);
});
