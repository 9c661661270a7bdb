import type { Page } from '@residual/testkit/pages';

/** Waits until all stands there that is computed before the first click, the map included. */
export const settled = (page: Page) => page.locator('body[data-ready]').waitFor();

/** Waits for an answer and gives the nearest words, best first. */
export const answered = async (page: Page, word: string) => {
  await page.locator('#answer strong', { hasText: new RegExp(`^${word}$`) }).waitFor();
  return page.locator('#neighbours button .word').allTextContents();
};

/** What the canvas above the map shows, as one text that changes with every pixel. */
export const picture = async (page: Page) => {
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return page
    .locator('#map canvas')
    .last()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
};
