// Bundles the page in which `parity --backend webgl` runs.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const out = new URL('./dist/browser/', import.meta.url);
await build({
  entryPoints: [fileURLToPath(new URL('./src/browser/page.ts', import.meta.url))],
  outfile: fileURLToPath(new URL('page.js', out)),
  bundle: true,
  format: 'esm',
  minify: true,
  mainFields: ['module', 'main'],
  logLevel: 'warning',
});
await writeFile(
  new URL('page.html', out),
  '<!doctype html><title>parity</title><script type="module" src="page.js"></script>\n',
);
