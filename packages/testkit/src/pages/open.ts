import type { Browser, Page } from 'playwright';
import { serve } from '../../../../scripts/lib/serve.mjs';
import { launchChrome } from '../browser.js';

export type { Page };

/** The demo's server and a browser that opens one of its apps. */
export interface OpenApp {
  /** All that went wrong in the pages so far: errors, and what they wrote to the console as one. */
  readonly wrong: readonly string[];
  /** What was asked of another server. */
  readonly foreign: readonly string[];
  /** Opens the app with settings in its address, `#text=...`. */
  open(hash?: string, options?: Parameters<Browser['newPage']>[0]): Promise<Page>;
  close(): Promise<void>;
}

/** Serves the apps as the demo does and starts a browser, under these flags, that opens the one at `path`. */
export const openApp = async (path: string, flags: readonly string[] = []): Promise<OpenApp> => {
  const [browser, server] = await Promise.all([launchChrome(flags), serve()]);
  const wrong: string[] = [];
  const foreign: string[] = [];
  return {
    wrong,
    foreign,
    open: async (hash = '', options = {}) => {
      const viewport = { width: 1280, height: 900 };
      const page = await browser.newPage({ viewport, reducedMotion: 'reduce', ...options });
      page.on('pageerror', error => wrong.push(error.message));
      page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
      page.context().on('request', request => {
        const { protocol, host, href } = new URL(request.url());
        if (/^https?:/.test(protocol) && host !== new URL(server.address).host) foreign.push(href);
      });
      await page.goto(`${server.address}${path}/${hash}`);
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
};
