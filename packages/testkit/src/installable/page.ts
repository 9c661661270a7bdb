import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright';
import sirv from 'sirv';
import { contentSecurityPolicy } from '../../../../scripts/lib/serve.mjs';

/** The result of a page: the value of `globalThis.result`, or undefined, and all errors. */
export interface PageResult {
  result: unknown;
  errors: string[];
}

/**
 * Opens a page of a folder in the browser and waits until its script sets `globalThis.result`, or until an error. With
 * `strict` the page has the security policy of our own pages: no inline script, no eval. With `settle` it waits that
 * many milliseconds instead, for a page that sets no result.
 */
export const visit = async (
  browser: Browser,
  folder: string,
  path: string,
  { strict, settle }: { strict: boolean; settle?: number },
): Promise<PageResult> => {
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    if (strict) response.setHeader('Content-Security-Policy', contentSecurityPolicy);
    files(request, response, () => {
      response.statusCode = 404;
      response.end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  try {
    return await visitAddress(browser, `http://localhost:${(server.address() as AddressInfo).port}/${path}`, settle);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

/** The empty page of each browser, in which one address after another opens: a new page takes a process. */
const emptyPages = new WeakMap<Browser, Page>();

/** Empties a page for the next address, or closes it after an error. */
const leave = async (browser: Browser, page: Page, failed: boolean): Promise<void> => {
  page.removeAllListeners();
  if (failed) return page.close();
  await page.goto('about:blank');
  emptyPages.set(browser, page);
};

/** Opens a page of a running server, and waits like `visit`. */
export const visitAddress = async (browser: Browser, address: string, settle?: number): Promise<PageResult> => {
  const page = emptyPages.get(browser) ?? (await browser.newPage());
  emptyPages.delete(browser);
  let loaded = false;
  try {
    const errors: string[] = [];
    let signalFailure = () => {};
    const failed = new Promise<void>(resolve => {
      signalFailure = resolve;
    });
    const fail = (error: string) => {
      errors.push(error);
      setTimeout(signalFailure, 500); // Later errors may say more.
    };
    page.on('pageerror', error => fail(error.message));
    page.on('console', message => message.type() === 'error' && fail(message.text()));
    page.on('response', response => response.status() >= 400 && fail(`${response.status()} ${response.url()}`));
    await page.goto(address);
    const set = () => page.waitForFunction(() => 'result' in globalThis, undefined, { timeout: 180_000 });
    const done = (settle === undefined ? set() : page.waitForTimeout(settle)).then(
      () => undefined,
      error => fail(String(error)),
    );
    await Promise.race([done, failed]);
    const result = await page.evaluate(() => (globalThis as { result?: unknown }).result);
    loaded = errors.length === 0;
    return { result, errors };
  } finally {
    await leave(browser, page, !loaded);
  }
};
