import { mkdirSync, writeFileSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { findAdapter } from './packages/testkit/src/adapter.ts';
import { chromeFlags, findChrome } from './packages/testkit/src/chrome.ts';

const chrome = findChrome();
const adapter = findAdapter(chrome);

/** Projects that this machine cannot run, and what would let it; `npm test` prints them. */
const notRun: Record<string, string> = {};
if (chrome === undefined) notRun.webgl = 'install Chrome or Chromium, or set CHROME_PATH to one';
if (adapter === undefined)
  notRun.webgpu =
    'needs a WebGPU adapter: a graphics driver, or on Linux a Chrome or Chromium, whose software driver serves';

/** Tests named `*.backends.test.ts` run with one body on every backend; all others run once, in Node. */
const onBackend = (name: string) => ({
  name,
  include: ['packages/*/src/**/*.backends.test.ts'],
  setupFiles: [`./packages/testkit/src/setup-${name}.ts`],
});

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: 'node',
      include: ['packages/*/src/**/*.test.ts'],
      exclude: ['**/*.backends.test.ts', '**/node_modules/**'],
    },
  },
  { extends: true, test: onBackend('cpu') },
  { extends: true, test: onBackend('wasm') },
];
if (adapter !== undefined) projects.push({ extends: true, test: { ...onBackend('webgpu'), env: adapter } });
if (chrome !== undefined)
  projects.push({
    extends: true,
    test: {
      ...onBackend('webgl'),
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath: chrome, args: [...chromeFlags] } }),
        instances: [{ browser: 'chromium' }],
      },
    },
  });

mkdirSync('.residual', { recursive: true });
writeFileSync('.residual/not-run.json', `${JSON.stringify(notRun, null, 2)}\n`);

export default defineConfig({
  resolve: { conditions: ['@residual/source', ...defaultClientConditions] },
  ssr: {
    resolve: {
      conditions: ['@residual/source', ...defaultServerConditions],
      externalConditions: ['@residual/source', 'node'],
    },
  },
  test: { testTimeout: 60_000, hookTimeout: 60_000, projects },
});
