import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { chromeFlags, findChrome } from './chrome.js';

/** Milliseconds after which what a page waits for counts as never coming; a busy machine may take its time. */
const timeoutMilliseconds = 180_000;

/**
 * Starts the Chrome or Chromium of this machine under `chromeFlags` and those given; throws where there is none. Its pages wait long before they give up,
 * so that no test hangs on how quick the machine is.
 */
export const launchChrome = async (flags: readonly string[] = []): Promise<Browser> => {
  const executablePath = findChrome();
  if (executablePath === undefined) throw new Error('launchChrome: no Chrome or Chromium here; set CHROME_PATH to one');
  const browser = await chromium.launch({
    executablePath,
    args: [...chromeFlags, ...flags],
    timeout: timeoutMilliseconds,
  });
  const wait = <T extends Page | BrowserContext>(opened: T): T => {
    opened.setDefaultTimeout(timeoutMilliseconds);
    opened.setDefaultNavigationTimeout(timeoutMilliseconds);
    return opened;
  };
  const [newContext, newPage] = [browser.newContext.bind(browser), browser.newPage.bind(browser)];
  browser.newContext = async options => wait(await newContext(options));
  browser.newPage = async options => wait(await newPage(options));
  return browser;
};
