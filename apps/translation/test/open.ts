import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenApp, openApp, type Page, root } from '@residual/testkit/pages';

/** A JSON file among the fixtures of the translator. */
export const fixtureOf = <T>(name: string): T =>
  JSON.parse(readFileSync(join(root, 'fixtures', 'models', 'en-fr', name), 'utf8')) as T;

/**
 * The app in a browser with WebGPU, on the processor if there is no graphics card, and without any network except the
 * demo's server.
 */
export const openTranslation = (): Promise<OpenApp> =>
  openApp(
    'translation',
    ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost', '--enable-unsafe-webgpu'],
    missing,
  );

/** What a chapter shows. */
const shownIn: Record<string, readonly string[]> = {
  cross: ['#heads [role=option]', '#cross canvas'],
  encoder: ['#encoder-heads [role=option]', '#encoder canvas'],
  decoder: ['#decoder-heads [role=option]', '#decoder canvas'],
  beams: ['#beams-note'],
  model: ['#facts', '#shares .bar'],
};

/** Opens a chapter. */
export const openChapter = (page: Page, name: string): Promise<void> => page.click(`#tab-${name}`);

/**
 * What is missing when a text is translated: sentences, and the views of the selected one.
 */
const missing = async (page: Page): Promise<string[]> => {
  const isReady = (await page.locator('main[data-state=ready]').count()) > 0;
  const sentences = isReady ? await page.locator('#french .segment').allTextContents() : [];
  // the error itself is expected, or fails the test
  if (!isReady || (await page.locator('#error').isVisible())) return [];
  if ((await page.inputValue('#text')).trim() === '') return [];
  const lines = sentences.flatMap((text, i) => (text === '' ? [`sentence ${i + 1} is not translated`] : []));
  if (sentences.length === 0) lines.push('nothing is translated');
  const [status] = await page.locator('#status').allTextContents();
  if (!/^(Translated|Stopped|The link is copied)/.test(status!)) lines.push(`the status says “${status}”`);
  const chapter = await page.inputValue('#chapter');
  const shown = ['#ribbons .target [role=option]', '#word li', ...shownIn[chapter]!];
  for (const each of shown) if (!(await page.locator(each).first().isVisible())) lines.push(`${each} is not shown`);
  return lines;
};

/** Waits until a text is translated. */
export const translated = (page: Page) => page.locator('main[data-state=ready]').waitFor();

/** Types a text and waits until it is translated; returns the translation. */
export const translate = async (page: Page, text: string): Promise<string> => {
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await page.fill('#text', text);
  await translated(page);
  return (await page.locator('#french').textContent())!;
};
