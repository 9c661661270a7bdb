import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** The C files and the header, in the order of their names. */
export const sourceFiles = () =>
  readdirSync(here)
    .filter(file => /\.[ch]$/.test(file))
    .sort()
    .map(file => join(here, file));

/** SHA-256 of all sources and of the build script, line ends as in Unix. */
export function sourceHash() {
  const hash = createHash('sha256');
  for (const file of [...sourceFiles(), join(here, 'build.mjs')])
    hash.update(readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
  return hash.digest('hex');
}
