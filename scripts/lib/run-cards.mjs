import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apps } from './apps.mjs';
import { launchChrome } from './chrome.mjs';
import { serve } from './serve.mjs';

/** The largest size of a picture in bytes. */
const maxBytes = 60_000;
/** The size of a picture, and how much smaller than in a window the page is in it. */
const [width, height, scale] = [1200, 630, 0.8];

/** Takes a picture of a page as it is after its first result, in the state that its package.json names. */
const picture = async (browser, address, { path, ready, card }) => {
  const context = await browser.newContext({
    viewport: { width: Math.round(width / scale), height: Math.round(height / scale) },
    deviceScaleFactor: scale,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.goto(`${address}${path === '' ? '' : `${path}/`}${card}`);
  await page.locator(ready).first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => !document.querySelector('.loading:not([hidden])'));
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(2500); // until what moves has come to rest
  for (let quality = 90; ; quality -= 4) {
    const bytes = await page.screenshot({ type: 'jpeg', quality, animations: 'disabled' });
    if (bytes.length > maxBytes && quality > 40) continue;
    await context.close();
    return bytes;
  }
};

const wanted = process.argv.slice(2);
const { address, close } = await serve();
const browser = await launchChrome();
for (const app of apps()) {
  if (wanted.length > 0 && !wanted.includes(app.name)) continue;
  const bytes = await picture(browser, address, app);
  writeFileSync(join(app.folder, 'public', 'card.jpg'), bytes);
  console.log(`${app.name}: ${bytes.length} bytes`);
}
await browser.close();
close();
