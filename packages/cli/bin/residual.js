#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const { run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  console.error('residual: the command line is not built yet; run `pnpm build` (or `npm test`, which does) once');
  process.exitCode = 1;
}
