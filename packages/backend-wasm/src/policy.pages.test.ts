import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findChrome } from '@residual/testkit/chrome';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { expect, test } from 'vitest';

const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

/** Starts the backend, runs a kernel of ours and one of tfjs, and stores the result on the page. */
const program = `
  import { wasmMemoryUsage } from './index.ts';
  import * as tf from '@tensorflow/tfjs-core';
  const started = await tf.setBackend('wasm');
  const weight = tf.fill([2, 5], 2);
  const y = tf.add(tf.engine().runKernel('residual.linear', { x: tf.ones([3, 5]), weight }), 1);
  window.result = { started, y: [...(await y.data())], heap: wasmMemoryUsage().heapBytes > 0 };
`;

test('a page starts it from one script alone, under a policy that allows neither fetch nor eval', async () => {
  const bundle = await build({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    conditions: ['@residual/source'],
    logLevel: 'error',
  });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', request.url === '/' ? 'text/html' : 'text/javascript');
    response.end(request.url === '/' ? '<script type="module" src="/main.js"></script>' : bundle.outputFiles[0]!.text);
  }).listen(0);
  const browser = await chromium.launch({ executablePath: findChrome()!, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', error => errors.push(error.message));
    page.on('console', message => errors.push(message.text()));
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    const result = () => page.evaluate(() => (globalThis as { result?: unknown }).result);
    await expect.poll(result).toEqual({ started: true, y: [11, 11, 11, 11, 11, 11], heap: true });
    expect(errors.filter(text => !text.includes('favicon'))).toEqual([]);
    expect(asked.filter(path => path !== '/favicon.ico')).toEqual(['/', '/main.js']);
  } finally {
    await browser.close();
    server.close();
  }
});
