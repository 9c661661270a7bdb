import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenApp, openApp, type Page, root } from '@residual/testkit/pages';

/** A JSON file among the fixtures of the translator. */
export const fixtureOf = <T>(name: string): T =>
  JSON.parse(readFileSync(join(root, 'fixtures', 'models', 'en-fr', name), 'utf8')) as T;

/** The app in a browser with WebGPU, on the processor where there is no graphics card, and without any network but the demo's server. */
export const openTranslation = (): Promise<OpenApp> =>
  openApp('translation', ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost', '--enable-unsafe-webgpu']);

/** Waits until a text is translated. */
export const translated = (page: Page) => page.locator('main[data-state=ready]').waitFor({ timeout: 90_000 });

/** Types a text and waits until it is translated; gives the translation. */
export const translate = async (page: Page, text: string): Promise<string> => {
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await page.fill('#text', text);
  await translated(page);
  return (await page.locator('#french').textContent())!;
};
