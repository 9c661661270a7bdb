import type { Browser, Page } from 'playwright';
import { serve } from '../../../../scripts/lib/serve.mjs';
import { launchChrome } from '../browser.js';
import { type FindMissing, watchPages } from './watch.js';

export type { Page };

/** The demo's server and a browser that opens one of its apps. */
export interface OpenApp {
  /** All that went wrong in the pages so far; each test fails on what it did not expect of it. */
  readonly problems: readonly string[];
  /** What was asked of another server. */
  readonly foreignRequests: readonly string[];
  /** Opens the app with settings in its address, `#text=...`; `before` prepares the page, as by its routes. */
  open(
    hash?: string,
    options?: Parameters<Browser['newPage']>[0],
    before?: (page: Page) => Promise<unknown>,
  ): Promise<Page>;
  close(): Promise<void>;
}

/**
 * Serves the apps as the demo does and starts a browser, under these flags, that opens the one at `path`. Every test fails on an error that one of its pages
 * shows, throws or writes to the console, on a request that fails, and on what `missing` tells at its end: `expectError` and `expectFailure` say what is expected.
 */
export const openApp = async (path: string, flags: readonly string[] = [], missing?: FindMissing): Promise<OpenApp> => {
  const [browser, server] = await Promise.all([launchChrome(flags), serve()]);
  const watch = watchPages(missing);
  const foreignRequests: string[] = [];
  return {
    get problems() {
      return watch.problems;
    },
    foreignRequests,
    open: async (hash = '', options = {}, before = undefined) => {
      const viewport = { width: 1280, height: 900 };
      const page = await browser.newPage({ viewport, reducedMotion: 'reduce', ...options });
      await watch.observe(page);
      page.context().on('request', request => {
        const { protocol, host, href } = new URL(request.url());
        if (/^https?:/.test(protocol) && host !== new URL(server.address).host) foreignRequests.push(href);
      });
      await before?.(page);
      const answer = await page.goto(`${server.address}${path}/${hash}`);
      if (answer && !answer.ok())
        throw new Error(`${answer.url()} answers ${answer.status()}: run \`pnpm build\` before tests of pages`);
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
};
