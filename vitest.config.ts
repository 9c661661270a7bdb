import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig, type TestProjectConfiguration, type TestProjectInlineConfiguration } from 'vitest/config';
import { findAdapter } from './packages/testkit/src/adapter.ts';
import { chromeFlags, findChrome } from './packages/testkit/src/chrome.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Whether every model and setting runs on every backend, `npm test -- --everywhere`. */
    everywhere: boolean;
  }
}

type Settings = NonNullable<TestProjectInlineConfiguration['test']>;

const chrome = findChrome();
/** Vitest reads this file again for each project; to look for an adapter starts two processes. */
const read = globalThis as { adapterOfTests?: { readonly adapter: ReturnType<typeof findAdapter> } };
read.adapterOfTests ??= { adapter: findAdapter(chrome) };
const { adapter } = read.adapterOfTests;

/** Projects that this machine cannot run, and what would let it; `npm test` prints them. */
const notRun: Record<string, string> = {};
const projects: TestProjectConfiguration[] = [];
const project = (test: Settings) => projects.push({ extends: true, test });

/** The ending of a file's name says where its tests run. */
const kinds = ['alone', 'backends', 'browser', 'pages', 'installable', 'fuzz'];
const files = (kind: string) => [`packages/*/src/**/*.${kind}.test.ts`, `apps/*/{src,test}/**/*.${kind}.test.ts`];

/** In Node: everything without such an ending. Files share a process, in which each of them finds the backend wasm. */
project({
  name: 'node',
  include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
  exclude: ['**/node_modules/**', ...kinds.map(kind => `**/*.${kind}.test.ts`)],
  isolate: false,
  setupFiles: ['./packages/testkit/src/setup-wasm.ts'],
});
/** In Node, each file in a process of its own, because it changes what others would find there. */
project({ name: 'node-alone', include: [...files('alone'), 'examples/*.alone.test.ts'] });

/** One body on every backend. Files share a process or page, and with it the backend and its compiled programs. */
const onBackend = (name: string): Settings => ({
  name,
  include: files('backends'),
  isolate: false,
  setupFiles: [`./packages/testkit/src/setup-${name}.ts`],
});
/**
 * What composes ops that have their own tests there: on a GPU in software its many programs take minutes, and
 * `npm test -- --everywhere` runs it there too.
 */
const composed = [
  'packages/embeddings/src/position-tables.backends.test.ts',
  'packages/inspect/src/sparse-autoencoder/hooks.backends.test.ts',
  'packages/model/src/generate/taps.backends.test.ts',
  'packages/model/src/parity/settings.backends.test.ts',
  'packages/model/src/vectors/vectors.backends.test.ts',
  'packages/train/src/losses/language.backends.test.ts',
  'packages/train/src/lora/lora.backends.test.ts',
  'packages/train/src/loop/train.backends.test.ts',
  'packages/transformer/src/encoder-decoder.backends.test.ts',
  'packages/transformer/src/language-model.backends.test.ts',
];

/**
 * On few cores in one process beside one page: compiling is most of the work of a GPU in software, and each compiles by
 * itself. After all others where these run too.
 */
const onGpu = (name: string): Settings => ({
  ...onBackend(name),
  exclude: ['**/node_modules/**', ...(process.env.RESIDUAL_EVERYWHERE === '1' ? [] : composed)],
  maxWorkers: Math.ceil(availableParallelism() / 4),
  sequence: { groupOrder: 1 },
});

project(onBackend('cpu'));
project(onBackend('wasm'));
if (adapter !== undefined) project({ ...onGpu('webgpu'), env: adapter });
else
  notRun.webgpu =
    'needs a WebGPU adapter: a graphics driver, or on Linux a Chrome or Chromium, whose software driver serves';

if (chrome !== undefined) {
  const inChrome = (): Settings['browser'] => ({
    enabled: true,
    headless: true,
    screenshotFailures: false,
    provider: playwright({ launchOptions: { executablePath: chrome, args: [...chromeFlags] } }),
    instances: [{ browser: 'chromium' }],
  });
  project({ ...onGpu('webgl'), browser: inChrome() });
  /** Inside a page, without a backend. */
  project({ name: 'browser', include: files('browser'), browser: inChrome() });
  /** In this process, looking at built pages through a browser. */
  project({
    name: 'pages',
    include: files('pages'),
    isolate: false,
    setupFiles: ['./packages/testkit/src/pages/setup.ts'],
  });
} else
  for (const name of ['webgl', 'browser', 'pages']) notRun[name] = 'install Chrome or Chromium, or set CHROME_PATH';

/** In this process: hostile inputs of each kind of file, read by one process after another; `pnpm fuzz` reads more. */
project({ name: 'fuzz', include: files('fuzz') });

/** In this process: packs the built packages and installs them elsewhere. */
project({
  name: 'installable',
  include: files('installable'),
  globalSetup: './packages/testkit/src/installable/pack.ts',
});

/** `npm test` names a file in which it reads what did not run. */
const listed = process.env.RESIDUAL_NOT_RUN;
if (listed !== undefined) writeFileSync(listed, JSON.stringify(notRun));

export default defineConfig({
  resolve: { conditions: ['@residual/source', ...defaultClientConditions] },
  ssr: {
    resolve: {
      conditions: ['@residual/source', ...defaultServerConditions],
      externalConditions: ['@residual/source', 'node'],
    },
  },
  // Limits end what hangs; how quick a machine is, and what else it does, decides no test.
  // All cores of a small machine: beside the page of the browser, tests in Node would else take turns.
  test: {
    experimental: { fsModuleCache: true },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    maxWorkers: Math.max(2, availableParallelism() - 1),
    provide: { everywhere: process.env.RESIDUAL_EVERYWHERE === '1' },
    projects,
  },
});
