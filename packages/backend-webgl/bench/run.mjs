/**
 * Prints, for each op of a decoding step and for the step, milliseconds composed of tfjs kernels, milliseconds with
 * ours, and their ratio. node bench/run.mjs webgl|webgpu [pattern]: only lines whose "model op" fits the pattern.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = name => fileURLToPath(new URL(name, import.meta.url));

/** A file beside which the package `webgpu` is installed. */
const testkit = import.meta.resolve('@residual/testkit/webgpu-globals');

async function bundle(name, options) {
  const outfile = here(`../../../.residual/bench/${name.replace(/ts$/, 'mjs')}`);
  await build({
    entryPoints: [here(name)],
    bundle: true,
    outfile,
    conditions: ['@residual/source'],
    logLevel: 'error',
    ...options,
  });
  return outfile;
}

const loadInNode = async name =>
  import(
    pathToFileURL(
      await bundle(name, {
        format: 'esm',
        platform: 'node',
        mainFields: ['main'],
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
        define: { 'import.meta.url': JSON.stringify(testkit) },
      }),
    ).href
  );

function printLine(model, op, composed, kernel, ratio) {
  console.log(model.padEnd(11) + op.padEnd(44) + composed.padStart(10) + kernel.padStart(10) + ratio.padStart(11));
}

function report({ model, op, composed, kernel }) {
  printLine(model, op, composed.toFixed(3), kernel.toFixed(3), `${(composed / kernel).toFixed(2)} x`);
}

async function inChrome({ findChrome, chromeFlags }, pattern) {
  const { chromium } = await import('playwright');
  const browser = await chromium.launch({ executablePath: findChrome(), args: [...chromeFlags] });
  const page = await browser.newPage();
  page.on('console', message => message.type() === 'error' && console.error(message.text()));
  await page.exposeFunction('report', report);
  await page.addScriptTag({ path: await bundle('webgl.ts', { format: 'iife', platform: 'browser' }) });
  await page.evaluate(text => globalThis.bench(text), pattern);
  await browser.close();
}

async function inNode({ findChrome, findAdapter }, pattern) {
  if (process.env.RESIDUAL_BENCH === undefined) {
    const env = { ...process.env, ...findAdapter(findChrome()), RESIDUAL_BENCH: '1' };
    process.exitCode = spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1;
    return;
  }
  const { create, globals } = await import(pathToFileURL(createRequire(testkit).resolve('webgpu')).href);
  Object.assign(globalThis, globals, { navigator: { gpu: create([]) } });
  const { bench } = await loadInNode('webgpu.ts');
  await bench(pattern, report);
  process.exit(0); // the device keeps the process alive
}

const [backend, pattern = ''] = process.argv.slice(2);
if (backend !== 'webgl' && backend !== 'webgpu') throw new Error('node bench/run.mjs webgl|webgpu [pattern]');
if (process.env.RESIDUAL_BENCH === undefined) {
  printLine('model', `op on ${backend}`, 'composed', 'kernel', 'ratio');
}
const machine = await loadInNode('machine.ts');
await (backend === 'webgl' ? inChrome : inNode)(machine, pattern);
