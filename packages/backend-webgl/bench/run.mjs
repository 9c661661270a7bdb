/**
 * Prints, for each op of a decoding step and for the step, milliseconds composed of stock kernels, milliseconds with ours, and their ratio.
 * node bench/run.mjs webgl|webgpu [pattern]: only lines whose "model op" fits the pattern.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = name => fileURLToPath(new URL(name, import.meta.url));

async function bundle(name, platform) {
  const built = await build({
    entryPoints: [here(name)],
    bundle: true,
    write: false,
    format: platform === 'node' ? 'esm' : 'iife',
    platform,
    mainFields: platform === 'node' ? ['main'] : ['module', 'main'],
    conditions: ['@residual/source'],
    banner:
      platform === 'node'
        ? { js: `import { createRequire } from 'node:module'; const require = createRequire('${import.meta.url}');` }
        : {},
    logLevel: 'error',
  });
  return built.outputFiles[0].text;
}

const load = async code => import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);

function note({ model, op, composed, kernel }) {
  const columns = [model.padEnd(11), op.padEnd(44), composed.toFixed(3).padStart(10), kernel.toFixed(3).padStart(10)];
  console.log(`${columns.join('')}${(composed / kernel).toFixed(2).padStart(9)} x`);
}

async function inChrome({ findChrome, chromeFlags }, only) {
  const { chromium } = await import('playwright');
  const browser = await chromium.launch({ executablePath: findChrome(), args: [...chromeFlags] });
  const page = await browser.newPage();
  page.on('console', message => message.type() === 'error' && console.error(message.text()));
  await page.exposeFunction('note', note);
  await page.addScriptTag({ content: await bundle('webgl.ts', 'browser') });
  await page.evaluate(pattern => globalThis.bench(pattern), only);
  await browser.close();
}

async function inNode({ findChrome, findAdapter }, only) {
  if (process.env.RESIDUAL_BENCH === undefined) {
    const env = { ...process.env, ...findAdapter(findChrome()), RESIDUAL_BENCH: '1' };
    process.exitCode = spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1;
    return;
  }
  const require = createRequire(import.meta.resolve('@residual/testkit/webgpu-globals'));
  const { create, globals } = await import(pathToFileURL(require.resolve('webgpu')).href);
  Object.assign(globalThis, globals, { navigator: { gpu: create([]) } });
  const { bench } = await load(await bundle('webgpu.ts', 'node'));
  await bench(only, note);
  process.exit(0); // the device keeps the process alive
}

const [backend, only = ''] = process.argv.slice(2);
if (backend !== 'webgl' && backend !== 'webgpu') throw new Error('node bench/run.mjs webgl|webgpu [pattern]');
if (process.env.RESIDUAL_BENCH === undefined) {
  console.log(
    `${'model'.padEnd(11)}${`op on ${backend}`.padEnd(44)}${'composed'.padStart(10)}${'kernel'.padStart(10)}${'ratio'.padStart(11)}`,
  );
}
const machine = await load(await bundle('machine.ts', 'node'));
await (backend === 'webgl' ? inChrome : inNode)(machine, only);
