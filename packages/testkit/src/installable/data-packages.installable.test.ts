import { spawn } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launchChrome } from '../browser.js';
import { findChrome } from '../chrome.js';
import { bundlers, webpackPage } from './bundles.js';
import { installInto, installWithNpm } from './consumer.js';
import { runCode } from './in-node.js';
import { visit, visitAddress } from './page.js';
import { runNode } from './run.js';

const chrome = findChrome();
let browser: Browser | undefined;
const folder = () => join(inject('temporaryFolder'), 'bundled');
const packageOf = (name: string) => join(folder(), 'node_modules', '@residual', name);

/** The expected output of each project: that of Node with the unbundled packages. */
let expected: { text: string; word: string };

beforeAll(async () => {
  if (chrome) browser = await launchChrome();
  const ours = ['backend-wasm', 'model', 'model-stories', 'word-vectors', 'word-vectors-en'];
  const names = ours.map(name => `@residual/${name}`);
  if (!inject('everywhere')) installInto(folder(), [...names, '@tensorflow/tfjs-core'], inject('temporaryFolder'));
  else {
    const others = { '@tensorflow/tfjs-core': '4.22.0', next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' };
    await installWithNpm(
      folder(),
      new Map([...names.map(name => [name, undefined] as const), ...Object.entries(others)]),
    );
  }
  cpSync(fileURLToPath(new URL('next-app', import.meta.url)), folder(), { recursive: true });
  const tell = "import { story } from './story.js';\nconsole.log(JSON.stringify(await story()));";
  const { code, output } = await runCode(folder(), 'in-node', tell);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\{/) });
  expected = JSON.parse(output);
});
afterAll(() => browser?.close());

test('Node loads a model and a table from the URLs of their packages', () => {
  expect(expected).toEqual({ text: expect.stringMatching(/^, there was a /), word: 'queen' });
});

test.skipIf(!chrome)("the page of Vite's production build generates text", async () => {
  writeFileSync(
    join(folder(), 'entry.js'),
    "import { story } from './story.js';\nglobalThis.result = await story();\n",
  );
  const outDir = join(folder(), 'from-vite');
  await bundlers.vite(folder(), outDir);
  expect(await visit(browser!, outDir, 'index.html', { strict: true })).toEqual({ result: expected, errors: [] });
});

test.skipIf(!chrome)('a page of webpack without configuration loads every file completely', async () => {
  const fetchAll = `import { stories } from '@residual/model-stories';
import { englishWords } from '@residual/word-vectors-en';
const sizeOf = async ([name, url]) => [name, (await (await fetch(url)).blob()).size];
const urls = Object.entries({ ...stories, ...englishWords });
globalThis.result = Object.fromEntries(await Promise.all(urls.map(sizeOf)));\n`;
  writeFileSync(join(folder(), 'fetch-all.js'), fetchAll);
  const outDir = join(folder(), 'from-webpack');
  await webpackPage(folder(), './fetch-all.js', outDir);
  const files = [join(packageOf('model-stories'), 'model'), join(packageOf('word-vectors-en'), 'data')].flatMap(from =>
    readdirSync(from).map(name => [name, statSync(join(from, name)).size]),
  );
  const result = Object.fromEntries(files);
  expect(await visit(browser!, outDir, 'index.html', { strict: true })).toEqual({ result, errors: [] });
});

const nextCommand = () => join(folder(), 'node_modules', 'next', 'dist', 'bin', 'next');
const environment = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' };

/** Runs `use` while the built Next.js project is served. */
const withServer = async (use: (origin: string) => Promise<void>): Promise<void> => {
  const args = [nextCommand(), 'start', '-p', '0', '-H', '127.0.0.1'];
  const server = spawn(process.execPath, args, {
    cwd: folder(),
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>(resolve => server.on('close', () => resolve()));
  let output = '';
  try {
    const origin = await new Promise<string>((resolve, reject) => {
      server.stderr.on('data', chunk => {
        output += chunk;
      });
      server.stdout.on('data', chunk => {
        output += chunk;
        const [address] = /http:\/\/[^\s/]+:[1-9]\d*/.exec(output) ?? [];
        if (address) resolve(address);
      });
      server.on('close', () => reject(new Error(`next start ended\n${output}`)));
    });
    await use(origin);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${output}`, { cause: error }); // what the server wrote
  } finally {
    server.kill();
    await ended;
  }
};

// Next.js 16 needs a newer Node 20 than we do.
const servesNext = !/^v20\.[0-8]\./.test(process.version);
const minutes = 10;

/** Each takes minutes of work: `npm test -- --everywhere` builds with both. */
const builds = [['--turbopack'], ['--webpack']];

test.skipIf(!chrome || !servesNext || !inject('everywhere')).each(builds)(
  'Next.js built with %s generates text on the server and in the page, without a setting',
  async bundler => {
    rmSync(join(folder(), '.next'), { recursive: true, force: true });
    const build = await runNode([nextCommand(), 'build', bundler], folder(), minutes * 60, environment);
    expect({ code: build.code, output: build.output }).toEqual({ code: 0, output: expect.any(String) });
    await withServer(async origin => {
      expect(await (await fetch(`${origin}/route`)).json()).toEqual(expected);
      const page = await (await fetch(`${origin}/server`)).text();
      expect(JSON.parse(decodeURIComponent(/<pre>(.*?)<\/pre>/.exec(page)?.[1] ?? page))).toEqual(expected);
      expect(await visitAddress(browser!, `${origin}/client`)).toEqual({ result: expected, errors: [] });
    });
  },
  minutes * 60_000,
);
