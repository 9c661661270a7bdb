import { join } from 'node:path';
import { type OpenApp, openApp, type Page, root } from '@residual/testkit/pages';

/** A recording that comes with the page. */
export const recordingOf = (name: string): string =>
  join(root, 'apps', 'speech', 'public', 'recordings', `${name}.wav`);

/**
 * The app in a browser whose microphone hears a WAV file once, and without any network except the demo's server.
 */
export const openSpeech = (heard = recordingOf('librivox-0870')): Promise<OpenApp> =>
  openApp(
    'speech',
    [
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${heard}%noloop`,
    ],
    missing,
  );

/** What is missing when a recording is written down. */
const missing = async (page: Page): Promise<string[]> => {
  const isReady = (await page.locator('main[data-state=ready]').count()) > 0;
  if (!isReady || (await page.locator('#error').isVisible())) return [];
  if (await page.locator('#panel-listen').isHidden()) return [];
  const [status] = await page.locator('#status').allTextContents();
  if (!/words|^Nothing was said|^Stopped|^The link is copied/.test(status!)) return [`the status says “${status}”`];
  if (!/words/.test(status!)) return [];
  const shown = ['#timeline canvas', '#timeline .said span', '#timeline path', '#heard [role=option]'];
  const lines: string[] = [];
  for (const each of shown) if ((await page.locator(each).count()) === 0) lines.push(`${each} is not shown`);
  return lines;
};

/** Waits until a recording is written down. */
export const heard = async (page: Page): Promise<string> => {
  await page.locator('main[data-state=ready]').waitFor();
  return ((await page.textContent('#heard')) ?? '').trim();
};

/** Starts something and waits until a recording is written down; returns the text. */
export const after = async (page: Page, act: () => Promise<unknown>): Promise<string> => {
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await act();
  return heard(page);
};
