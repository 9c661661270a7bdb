import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Numbers, ParityReport } from '@residual/model/parity';
import { ResidualError } from '@residual/tensor';
import { chromium } from 'playwright-core';
import sirv from 'sirv';
import { chromeFlags, findChrome } from '../machine/chrome.js';

/** A report as it leaves the page: infinities and typed arrays do not cross. */
interface PageReport extends Omit<ParityReport, 'outputs'> {
  readonly outputs: readonly (readonly [string, Numbers])[];
}

/** Compares a folder on the webgl backend, in a Chrome or Chromium of this machine. Errors say what to install if there is none. */
export async function parityInBrowser(folder: string): Promise<ParityReport> {
  const executablePath = findChrome();
  if (!executablePath) {
    throw new ResidualError('backend', 'parity: webgl needs Chrome or Chromium; install one, or set CHROME_PATH to it');
  }
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath, args: [...chromeFlags] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/page.html`);
    await page.waitForFunction('globalThis.runParity !== undefined');
    const report = (await page.evaluate('globalThis.runParity()')) as PageReport;
    return { ...report, outputs: new Map(report.outputs) };
  } finally {
    await browser.close();
    server.close();
  }
}

/** Serves the built page and, under `/model/`, the folder, to this machine alone. */
async function serve(folder: string): Promise<Server> {
  const page = sirv(fileURLToPath(new URL('../../dist/browser', import.meta.url)), { dev: true });
  const model = sirv(folder, { dev: true, dotfiles: false });
  const server = createServer((request, response) => {
    const missing = () => {
      response.statusCode = 404;
      response.end();
    };
    if (!request.url?.startsWith('/model/')) return page(request, response, missing);
    request.url = request.url.slice('/model'.length);
    return model(request, response, missing);
  });
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve));
  return server;
}
