import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromeFlags, findChrome } from '@residual/testkit/chrome';
import { chromium } from 'playwright';
import sirv from 'sirv';
import type { SubjectName, SubjectRunner } from './subject-runner.js';
import type { GenerationTimes, TextTime } from './subjects/subject.js';

/** A subject on WebGL in its own Chrome. Errors when this machine has none. */
export async function inPage(name: SubjectName): Promise<SubjectRunner> {
  const executablePath = findChrome();
  if (executablePath === undefined) throw new Error('bench: webgl needs Chrome or Chromium; set CHROME_PATH to one');
  const pages = sirv(fileURLToPath(new URL('./pages', import.meta.url)), { dev: true });
  let models: ReturnType<typeof sirv> | undefined;
  const server = createServer((request, response) => {
    const missing = () => {
      response.writeHead(404).end();
    };
    if (models === undefined || !request.url?.startsWith('/model/')) return pages(request, response, missing);
    request.url = request.url.slice('/model'.length);
    models(request, response, missing);
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  const address = `http://localhost:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath, args: [...chromeFlags] });
  const page = await browser.newPage();
  page.on('pageerror', error => console.error(`${name}: ${error.message}`));
  await page.goto(`${address}/${name}.html`);
  await page.waitForFunction('globalThis.answers !== undefined');
  const call = (name: string, ...values: readonly unknown[]) =>
    page.evaluate(`answers.${name}(...${JSON.stringify(values)})`) as Promise<never>;
  return {
    load: (folder): Promise<number> => {
      models = sirv(folder, { dev: true });
      return call('load', `${address}/model/`);
    },
    generate: (prompt, count): Promise<GenerationTimes> => call('generate', prompt, count),
    sample: (prompt, count): Promise<TextTime> => call('sample', prompt, count),
    peak: (): Promise<number> => call('peak'),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
