import { launchChrome, serve } from '@residual/testkit/pages';

/** A page of a browser that tests look at. */
export type Page = Awaited<ReturnType<Awaited<ReturnType<typeof launchChrome>>['newPage']>>;

/** The demo's server and a browser, and all that went wrong in its pages or was asked of another server. */
export const openBrowser = async (flags: readonly string[] = []) => {
  const [browser, server] = await Promise.all([launchChrome(flags), serve()]);
  const wrong: string[] = [];
  const foreign: string[] = [];
  return {
    wrong,
    foreign,
    /** Opens the app with settings in its address. */
    open: async (hash = '', options: Parameters<typeof browser.newPage>[0] = {}): Promise<Page> => {
      const page = await browser.newPage({
        viewport: { width: 1280, height: 900 },
        reducedMotion: 'reduce',
        ...options,
      });
      page.on('pageerror', error => wrong.push(error.message));
      page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
      page.context().on('request', request => {
        const url = new URL(request.url());
        if (/^https?:/.test(url.protocol) && url.host !== new URL(server.address).host) foreign.push(url.href);
      });
      await page.goto(`${server.address}embedding-arithmetic/${hash}`);
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
};

/** Waits until all stands there that is computed before the first click, the map included. */
export const settled = (page: Page) => page.locator('body[data-ready]').waitFor({ timeout: 60_000 });

/** Waits for an answer and gives the nearest words, best first. */
export const answered = async (page: Page, word: string) => {
  await page.locator('#answer strong', { hasText: new RegExp(`^${word}$`) }).waitFor({ timeout: 30_000 });
  return page.locator('#neighbours button .word').allTextContents();
};

/** What the canvas above the map shows, as one text that changes with every pixel. */
export const picture = async (page: Page) => {
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return page
    .locator('#map canvas')
    .last()
    .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
};
