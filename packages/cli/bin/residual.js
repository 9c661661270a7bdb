#!/usr/bin/env node
import { existsSync } from 'node:fs';

// Whoever reads our output may stop before its end (| head): then nobody is left to write for.
process.stdout.on('error', error => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const { run } = await import(main.href);
  process.exitCode = await run(process.argv.slice(2));
} else {
  console.error('residual: the command line is not built yet; run `pnpm build` (or `npm test`, which does) once');
  process.exitCode = 1;
}
