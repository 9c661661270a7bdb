import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { ResidualError } from '@residual/base';
import sirv from 'sirv';
import { chromeFlags, findChrome } from '../machine/chrome.js';
import { isFolder } from '../runtime/option-values.js';
import type { ComparisonOptions, ComparisonReport } from './report.js';

/** The answer of the page. */
interface PageResponse {
  readonly report?: ComparisonReport;
  readonly failure?: string;
}

/** The browser driver. It is large and few users need it, so it is an optional peer of this package. */
async function browserDriver(): Promise<typeof import('playwright-core')> {
  try {
    return await import('playwright-core');
  } catch (cause) {
    throw new ResidualError(
      'backend',
      'parity: webgl runs in a browser, for which the package playwright-core is needed beside @residual/cli: ' +
        "'npm i playwright-core'",
      { cause },
    );
  }
}

/**
 * Compares a folder on the webgl backend, in a Chrome or Chromium of this machine. Errors if there is none, with what
 * to install. An abort closes the browser.
 */
export async function parityInBrowser(
  folder: string,
  { signal, ...options }: ComparisonOptions & { readonly signal: AbortSignal },
): Promise<ComparisonReport> {
  const { chromium } = await browserDriver();
  const executablePath = findChrome();
  if (!executablePath) {
    throw new ResidualError('backend', 'parity: webgl needs Chrome or Chromium; install one, or set CHROME_PATH to it');
  }
  if (!isFolder(folder))
    throw new ResidualError('files', `parity: ${folder} is not a folder that exists; webgl reads no other sources`);
  const received: { dump?: Uint8Array } = {};
  const server = await serve(folder, bytes => {
    received.dump = bytes;
  });
  const browser = await chromium.launch({ executablePath, args: [...chromeFlags], handleSIGINT: false });
  const close = () => void browser.close();
  signal.addEventListener('abort', close);
  try {
    signal.throwIfAborted();
    const page = await browser.newPage();
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    await page.goto(`${origin}/page.html`);
    await page.waitForFunction('globalThis.runParity !== undefined', undefined, { timeout: 180_000 });
    const { report, failure } = (await page.evaluate(
      `globalThis.runParity(${JSON.stringify(options)})`,
    )) as PageResponse;
    if (!report) throw new ResidualError('parity', `${failure}`.replaceAll(`${origin}/model/`, folder));
    return { ...report, ...received };
  } finally {
    signal.removeEventListener('abort', close);
    await browser.close();
    server.close();
  }
}

/** Serves the built page and, under `/model/`, the folder, to this machine only; receives our outputs at `/dump`. */
async function serve(folder: string, onDump: (bytes: Uint8Array) => void): Promise<Server> {
  const page = sirv(fileURLToPath(new URL('../../dist/browser', import.meta.url)), { dev: true });
  const model = sirv(folder, { dev: true, dotfiles: false });
  const server = createServer(async (request, response) => {
    const missing = () => {
      response.statusCode = 404;
      response.end();
    };
    if (request.url === '/dump' && request.method === 'POST') {
      onDump(await bodyOf(request));
      response.end();
    } else if (request.url?.startsWith('/model/')) {
      request.url = request.url.slice('/model'.length);
      model(request, response, missing);
    } else page(request, response, missing);
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  return server;
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
