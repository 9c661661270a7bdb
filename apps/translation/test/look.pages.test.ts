import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, type Page, translate } from './open.js';

let browser: Awaited<ReturnType<typeof openBrowser>>;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.open('#backend=wasm');
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
const wide = { width: 1280, height: 900 };
const looks = (['light', 'dark'] as const).flatMap(colorScheme => [
  { colorScheme, size: wide, name: `${colorScheme}, wide` },
  { colorScheme, size: { width: 360, height: 740 }, name: `${colorScheme}, 360 pixels` },
]);

/** States of the page, each reached from the one before. */
const states: Record<string, () => Promise<unknown>> = {
  'as it is before the first click': async () => {},
  'with two sentences, a word looked at and a head off': async () => {
    await translate(page, 'How can you say such a foolish thing?\nI have toothache.');
    await page.locator('#heads [aria-label="layer 2, head 0"]').click();
    await page.click('#switch');
    await page.locator('#ablation dl').waitFor();
    await page.locator('#ribbons .target [role=option]').nth(2).hover();
    await page.locator('#tree [role=option]').nth(3).hover();
  },
  'with an error': async () => {
    await page.fill('#beams', '0');
    await page.locator('#beams').blur();
    await page.locator('#error', { hasText: 'beams' }).waitFor();
  },
  'without a text, while it loads': async () => {
    await page.fill('#beams', '4');
    await translate(page, '');
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = false;
      place.querySelector('p')!.textContent = 'Loading model.safetensors: 1.0 MB of 18.9 MB';
    });
  },
};

describe('the page', () => {
  test.each(Object.keys(states))(
    '%s: nothing serious for axe-core and no scrolling sideways, whatever the look',
    async state => {
      await states[state]!();
      for (const { colorScheme, size, name } of looks) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize(size);
        await page.waitForTimeout(200);
        expect({ name, found: await serious() }).toEqual({ name, found: [] });
        const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
        expect({ name, scroll }).toEqual({ name, scroll: size.width });
      }
      await page.setViewportSize(wide);
    },
  );

  test('every control has a sentence and is reached by Tab, as are the views', async () => {
    await page.locator('#loading').evaluate((place: HTMLElement) => {
      place.hidden = true;
    });
    await translate(page, 'I have toothache. I have a twin sister.');
    const controls = ':is(input:not([type=hidden]), select, textarea, button[id])';
    const unsaid = await page.locator(controls).evaluateAll(all =>
      all
        .filter(one => {
          const said = document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent ?? '';
          return !/^[A-Z].*\.$/.test(said);
        })
        .map(one => one.id),
    );
    expect(unsaid).toEqual([]);
    const views = ['ribbons', 'heads', 'cross', 'encoder-heads', 'encoder', 'tree'].map(id => `#${id}`).join(', ');
    const wanted = await page
      .locator(`${controls.replace(/\)$/, '')}):not(:disabled), ${views}`)
      .evaluateAll(all => all.map(one => one.id));
    expect(wanted.length).toBeGreaterThan(18);
    const reached = new Set<string>();
    await page.locator('.home a').focus();
    for (let i = 0; i < wanted.length + 6; i++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(() => document.activeElement!.id));
    }
    expect(wanted.filter(name => !reached.has(name))).toEqual([]);
  });

  test('works without a mouse: a word, a cell and a beam are read by the keys', async () => {
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

test('nothing went wrong in the page meanwhile', () => {
  expect(browser.wrong).toEqual([]);
  expect(browser.foreign).toEqual([]);
});
