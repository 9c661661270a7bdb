import type { Browser, Page } from 'playwright';
import { serve } from '../../../../scripts/lib/serve.mjs';
import { launchChrome } from '../browser.js';
import { type FindMissing, watchPages } from './watch.js';

export type { Page };

/** The demo's server and a browser that opens one of its apps. */
export interface OpenApp {
  /** All problems of the pages so far. A test fails on each one that it did not expect. */
  readonly problems: readonly string[];
  /** The URLs of requests to other servers. */
  readonly foreignRequests: readonly string[];
  /**
   * Opens the app with settings in its address, `#text=...`; `prepare` runs before the page loads, for example to set
   * routes.
   */
  open(
    hash?: string,
    options?: Parameters<Browser['newPage']>[0],
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Page>;
  close(): Promise<void>;
}

/**
 * Serves the apps like the demo and starts a browser with these flags, which opens the app at `path`; '' is the landing
 * page. Every test fails on an error that one of its pages shows, throws or writes to the console, on a failed request,
 * and on what `missing` finds at its end, except what `expectError` and `expectFailure` announce.
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
    open: async (hash = '', options = {}, prepare = undefined) => {
      const viewport = { width: 1280, height: 900 };
      const page = await browser.newPage({ viewport, reducedMotion: 'reduce', ...options });
      await watch.observe(page);
      page.context().on('request', request => {
        const { protocol, host, href } = new URL(request.url());
        if (/^https?:/.test(protocol) && host !== new URL(server.address).host) foreignRequests.push(href);
      });
      await prepare?.(page);
      const answer = await page.goto(`${server.address}${path === '' ? '' : `${path}/`}${hash}`);
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
