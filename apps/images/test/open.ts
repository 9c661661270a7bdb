import { type OpenApp, openApp, type Page } from '@residual/testkit/pages';

/** The app, without any network except the demo's server. */
export const openImages = (): Promise<OpenApp> =>
  openApp('images', ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost'], missing);

/** What is missing where pictures were found. */
const missing = async (page: Page): Promise<string[]> => {
  const isReady = (await page.locator('main[data-state=ready]').count()) > 0;
  if (!isReady || (await page.locator('[role=alert]:visible').count()) > 0) return [];
  const count = await page.locator('#pictures button').count();
  return count === 24 ? [] : [`${count} pictures are shown; there should be 24`];
};

/** Waits until the model is loaded and the first pictures are found. */
export const ready = (page: Page) => page.locator('main[data-state=ready]').waitFor();

/** The sum in the answer, once it is this one. */
export const answered = (page: Page, sum: string) =>
  page.locator('#answer', { hasText: `${sum} is nearest to: ` }).waitFor({ state: 'attached' });

/** The labels of the pictures in a list, best first. */
export const labelsIn = (page: Page, list: string) => page.locator(`#${list} .label`).allTextContents();
