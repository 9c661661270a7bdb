import type { Page } from '@residual/testkit/pages';

/** Waits until the first answers and the map are shown. */
export const settled = (page: Page) => page.locator('body[data-ready]').waitFor();

/** Waits for an answer and returns the nearest words, best first. */
export const answered = async (page: Page, word: string) => {
  await page.locator('#answer strong', { hasText: new RegExp(`^${word}$`) }).waitFor();
  return page.locator('#neighbours button .word').allTextContents();
};

/** The pixels of the canvas above the map, as a data URL. */
export const picture = async (page: Page) => {
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return page
    .locator('#map canvas')
    .last()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
};

/** Opens folded settings, if they are closed. */
export const unfold = (page: Page, id: string) =>
  page.locator(`#${id}`).evaluate((details: HTMLDetailsElement) => {
    details.open = true;
  });

/** The numbers beside the strips. */
export const numbersOf = (page: Page) =>
  page
    .locator('#strips .number')
    .evaluateAll(all => all.map(number => Number((number as HTMLElement).dataset.value!.replace('−', '-'))));
