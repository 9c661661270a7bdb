import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import type { Consumer } from './consumer.js';
import { withResults } from './results.js';
import { type ProcessResult, runNode } from './run.js';

const browserGlobals = [
  'window',
  'document',
  'self',
  'navigator',
  'location',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'caches',
  'customElements',
  'HTMLElement',
  'CSSStyleSheet',
  'Worker',
  'OffscreenCanvas',
  'WebGL2RenderingContext',
  'requestAnimationFrame',
  'matchMedia',
];

const watchScript = (specifiers: string[]) => `
const touched = new Set();
for (const name of ${JSON.stringify(browserGlobals)}) {
  const value = globalThis[name];
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      const caller = new Error().stack.split('\\n')[2] ?? '';
      if (caller.includes('@residual')) touched.add(name + caller);
      return value;
    },
  });
}
for (const name of ${JSON.stringify(specifiers)}) await import(name);
for (const use of touched) console.log('touched ' + use);
process.exit(0);
`;

/** The browser globals that our modules access while Node imports them, with the lines of code. */
export const touchedGlobals = async ({ folder, entries }: Consumer): Promise<string[]> => {
  writeFileSync(join(folder, 'watch.mjs'), watchScript(entries.map(({ specifier }) => specifier)));
  const { code, output } = await runNode(['watch.mjs'], folder);
  if (code !== 0) return [output];
  return output.split('\n').filter(line => line.startsWith('touched '));
};

/** The error of Node when CommonJS requires each entry point, or an empty text. */
export const requireErrors = async ({ folder, entries }: Consumer): Promise<string> => {
  const calls = entries.map(({ specifier }) => `require('${specifier}');`).join('\n');
  writeFileSync(join(folder, 'require.cjs'), `${calls}\nprocess.exit(0);\n`);
  const { code, output } = await runNode(['require.cjs'], folder);
  return code === 0 ? '' : output;
};

/** Runs code of a README in Node without its types. Returns the output if it fails, else an empty text. */
export const runReadme = async ({ folder }: Consumer, name: string, code: string): Promise<string> => {
  const result = await runCode(folder, name, code);
  return result.code === 0 ? '' : `ended with ${result.code}\n${result.output}`;
};

/** Runs code of a README in Node without its types, and checks logged values against the comments. */
export const runCode = async (folder: string, name: string, code: string): Promise<ProcessResult> => {
  const { code: script } = await transform(withResults(code), { loader: 'ts', format: 'esm', target: 'node20' });
  writeFileSync(join(folder, `${name}.mjs`), script);
  return runNode([`${name}.mjs`], folder, 180);
};
