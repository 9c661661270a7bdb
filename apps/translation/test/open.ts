import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchChrome, root, serve } from '@residual/testkit/pages';

/** A page of a browser that tests look at. */
export type Page = Awaited<ReturnType<Awaited<ReturnType<typeof launchChrome>>['newPage']>>;

/** A JSON file among the fixtures of the translator. */
export const fixtureOf = <T>(name: string): T =>
  JSON.parse(readFileSync(join(root, 'fixtures', 'models', 'en-fr', name), 'utf8')) as T;

/** A browser with WebGPU, on the processor where there is no graphics card, and without any network but the demo's server; all that went wrong in its pages or was asked of another server. */
export const openBrowser = async () => {
  const flags = ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost', '--enable-unsafe-webgpu'];
  const [browser, server] = await Promise.all([launchChrome(flags), serve()]);
  const wrong: string[] = [];
  const foreign: string[] = [];
  return {
    wrong,
    foreign,
    /** Opens the app with settings in its address, and as a rule waits until the text that stands there is translated. */
    open: async (hash: string, waits = true): Promise<Page> => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.on('pageerror', error => wrong.push(error.message));
      page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
      page.context().on('request', request => {
        const url = new URL(request.url());
        if (/^https?:/.test(url.protocol) && url.host !== new URL(server.address).host) foreign.push(url.href);
      });
      await page.goto(`${server.address}translation/${hash}`);
      if (waits) await translated(page);
      return page;
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
};

/** Waits until a text is translated. */
export const translated = (page: Page) => page.locator('main[data-state=ready]').waitFor({ timeout: 90_000 });

/** Types a text and waits until it is translated; gives the translation. */
export const translate = async (page: Page, text: string): Promise<string> => {
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await page.fill('#text', text);
  await translated(page);
  return (await page.locator('#french').textContent())!;
};

/** Points with the mouse at a cell of a map and gives what is read off there. */
export const readCell = async (page: Page, id: string, query: number, key: number): Promise<string> => {
  const map = page.locator(`#${id} .map`);
  await map.scrollIntoViewIfNeeded();
  const at = await page.locator(`#${id}`).evaluate(
    (element, [row, column]) => {
      const { x, y, width, height } = (element as HTMLElementTagNameMap['residual-attention']).rectOf(row!, column!);
      return { x: x + width / 2, y: y + height / 2 };
    },
    [query, key],
  );
  await page.mouse.move(0, 0);
  await page.mouse.move(at.x, at.y);
  return (await page.locator(`#${id} output`).textContent())!;
};
