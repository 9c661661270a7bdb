import { type Browser, chromium } from 'playwright';
import { chromeFlags, findChrome } from './chrome.js';

/** Starts the Chrome or Chromium of this machine under `chromeFlags` and those given; throws where there is none. */
export const launchChrome = (flags: readonly string[] = []): Promise<Browser> => {
  const executablePath = findChrome();
  if (executablePath === undefined) throw new Error('launchChrome: no Chrome or Chromium here; set CHROME_PATH to one');
  return chromium.launch({ executablePath, args: [...chromeFlags, ...flags] });
};
