import { readFileSync } from 'node:fs';
import { type OpenApp, openApp, type Page } from '@residual/testkit/pages';

/** The app, without any network except the demo's server. */
export const openDrawing = (): Promise<OpenApp> =>
  openApp('drawing', ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost']);

/** Waits until the model is loaded and the first drawing is there. */
export const ready = (page: Page) => page.locator('main[data-state=ready]').waitFor();

/** Waits until a drawing has ended with this seed. */
export const drawn = (page: Page, seed: number) =>
  page.locator('#drawing-status', { hasText: new RegExp(`^It wrote \\d+ tokens .*; seed ${seed}\\.`) }).waitFor();

/** The text of the file that a button saves. */
export const savedBy = async (page: Page, id: string): Promise<string> => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#${id}`)]);
  return readFileSync(await download.path(), 'utf8');
};
