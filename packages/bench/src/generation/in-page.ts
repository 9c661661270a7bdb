import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromeFlags, findChrome } from '@residual/testkit/chrome';
import { chromium } from 'playwright';
import sirv from 'sirv';
import { peakOfProcesses } from '../processes/peak-memory.js';
import type { Form, SubjectName, SubjectRunner } from './subject-runner.js';
import type { GenerationTimes, TextTime } from './subjects/subject.js';

/** A subject on WebGL in its own Chrome. Its peak memory is that of the graphics card. Errors without Chrome. */
export async function inPage(name: SubjectName): Promise<SubjectRunner> {
  return runnerOf(await openPage(name, `${name}.html`));
}

/**
 * This library on WebAssembly in its own Chrome, with weights in a form: from the checkpoint in a folder, or from its
 * GGUF file. Its peak memory is that of the process of the page. Errors without Chrome.
 */
export async function inPageOnWasm(form: Form, file: string): Promise<SubjectRunner> {
  const opened = await openPage(`residual ${form}`, `residual-wasm.html#${form}`);
  return { ...runnerOf(opened, file), peak: async () => peakOfProcesses(await opened.renderers()) };
}

interface OpenedPage {
  /** Serves a folder below an address, which it returns. */
  readonly serve: (folder: string) => string;
  readonly call: (name: string, ...values: readonly unknown[]) => Promise<never>;
  /** The numbers of the processes of pages. */
  readonly renderers: () => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

function runnerOf({ serve, call, close }: OpenedPage, file = ''): SubjectRunner {
  return {
    load: (folder): Promise<number> => call('load', serve(folder) + file),
    generate: (prompt, count): Promise<GenerationTimes> => call('generate', prompt, count),
    sample: (prompt, count): Promise<TextTime> => call('sample', prompt, count),
    peak: (): Promise<number> => call('peak'),
    close,
  };
}

async function openPage(name: string, path: string): Promise<OpenedPage> {
  const executablePath = findChrome();
  if (executablePath === undefined) throw new Error('bench: pages need Chrome or Chromium; set CHROME_PATH to one');
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
  await page.goto(`${address}/${path}`);
  await page.waitForFunction('globalThis.answers !== undefined');
  return {
    serve: folder => {
      models = sirv(folder, { dev: true });
      return `${address}/model/`;
    },
    call: (name, ...values) => page.evaluate(`answers.${name}(...${JSON.stringify(values)})`) as Promise<never>,
    renderers: async () => {
      const session = await browser.newBrowserCDPSession();
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    },
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}
