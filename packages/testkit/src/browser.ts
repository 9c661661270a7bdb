import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { chromeFlags, findChrome } from './chrome.js';

/** The timeout of pages in milliseconds; long, because machines can be busy. */
const timeoutMilliseconds = 180_000;

/** Flags that let Chrome draw pages as on a machine with a graphics card: the main thread has less to do then. */
export const drawnByGraphics: readonly string[] = ['--enable-gpu-compositing', '--enable-gpu-rasterization'];

/**
 * Starts the Chrome or Chromium of this machine with `chromeFlags` and further flags; `--enable-x` takes the place of
 * `--disable-x`. Throws if there is none. Pages have long timeouts, so that tests do not depend on the speed of the
 * machine, and no service workers unless their options allow them, so that each test asks the server.
 */
export const launchChrome = async (flags: readonly string[] = []): Promise<Browser> => {
  const executablePath = findChrome();
  if (executablePath === undefined) throw new Error('launchChrome: no Chrome or Chromium here; set CHROME_PATH to one');
  const browser = await chromium.launch({
    executablePath,
    args: [...chromeFlags.filter(flag => !flags.includes(flag.replace('--disable-', '--enable-'))), ...flags],
    timeout: timeoutMilliseconds,
  });
  const wait = <T extends Page | BrowserContext>(opened: T): T => {
    opened.setDefaultTimeout(timeoutMilliseconds);
    opened.setDefaultNavigationTimeout(timeoutMilliseconds);
    return opened;
  };
  const [newContext, newPage] = [browser.newContext.bind(browser), browser.newPage.bind(browser)];
  const serviceWorkers = 'block';
  browser.newContext = async options => wait(await newContext({ serviceWorkers, ...options }));
  browser.newPage = async options => wait(await newPage({ serviceWorkers, ...options }));
  return browser;
};
