import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchChrome, root, serve } from '@residual/testkit/pages';

/** A page of a browser that tests look at. */
export type Page = Awaited<ReturnType<Awaited<ReturnType<typeof launchChrome>>['newPage']>>;

const names = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** The files of a model that lies in the repository, those that are there, by name. */
export const filesOf = (...folder: string[]): Map<string, Uint8Array<ArrayBuffer>> =>
  new Map(
    names
      .map(name => [name, join(root, ...folder, name)] as const)
      .filter(([, path]) => existsSync(path))
      .map(([name, path]) => [name, new Uint8Array(readFileSync(path))]),
  );

/** The demo's server and a browser, and all that went wrong in its pages or was asked of another server. */
export const openBrowser = async (flags: readonly string[] = []) => {
  const [browser, server] = await Promise.all([launchChrome(flags), serve()]);
  const wrong: string[] = [];
  const foreign: string[] = [];
  return {
    wrong,
    foreign,
    /** Opens the app with settings in its address. */
    open: async (hash: string, options: Parameters<typeof browser.newPage>[0] = {}): Promise<Page> => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
      page.on('pageerror', error => wrong.push(error.message));
      page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
      page.context().on('request', request => {
        const url = new URL(request.url());
        if (/^https?:/.test(url.protocol) && url.host !== new URL(server.address).host) foreign.push(url.href);
      });
      await page.goto(`${server.address}generation/${hash}`);
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
};

/** Waits until everything stands there that is computed of a model before the next click. */
export const settled = (page: Page) => page.locator('main[data-state=ready]').waitFor({ timeout: 90_000 });

/** Waits until a story has ended. */
export const written = (page: Page) => page.locator('#status', { hasText: 'ended by' }).waitFor({ timeout: 60_000 });

/** The ids of the tokens that the model wrote into an element. */
export const newTokens = async (page: Page, id = 'story') =>
  (await page.locator(`#${id} [role=option]:not(.given) small`).allTextContents()).map(Number);

/** Points with the mouse at a cell of the attention map and gives what is read off there. */
export const readCell = async (page: Page, query: number, key: number) => {
  const map = page.locator('#attention .map');
  await map.scrollIntoViewIfNeeded();
  const at = await page.locator('#attention').evaluate(
    (element, [row, column]) => {
      const { x, y, width, height } = (element as HTMLElementTagNameMap['residual-attention']).rectOf(row!, column!);
      return { x: x + width / 2, y: y + height / 2 };
    },
    [query, key],
  );
  await page.mouse.move(0, 0);
  await page.mouse.move(at.x, at.y);
  return (await page.locator('#attention output').textContent())!;
};
