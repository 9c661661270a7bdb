// Builds the WebAssembly file that src/generated/scan.ts holds: node packages/word-vectors/kernels/build.mjs
// Needs clang and lld 14 or newer (Debian: apt-get install clang lld). The built file is committed; only who changes
// the kernel runs this.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, 'scan.c');
const generated = join(here, '..', 'src', 'generated');

const flags = (
  '--target=wasm32 -msimd128 -O3 -mllvm -disable-lsr -fno-vectorize -fno-slp-vectorize -fno-unroll-loops ' +
  '-ffreestanding -fno-builtin -fvisibility=hidden -Wall -Wextra -Werror -nostdlib ' +
  '-Wl,--no-entry -Wl,--import-memory -Wl,--export-dynamic -Wl,--strip-all'
).split(' ');

const work = mkdtempSync(join(tmpdir(), 'scan-'));
try {
  const linked = join(work, 'scan.wasm');
  execFileSync(process.env.CLANG ?? 'clang', [...flags, source, '-o', linked], { stdio: 'inherit' });
  const bytes = readFileSync(linked);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  if (imports.join() !== 'memory') throw new Error(`scan.wasm imports ${imports}; only memory may be imported`);
  const hash = createHash('sha256').update(readFileSync(source, 'utf8').replaceAll('\r\n', '\n')).digest('hex');
  mkdirSync(generated, { recursive: true });
  writeFileSync(
    join(generated, 'scan.ts'),
    `// Our kernel of dot products. Written by kernels/build.mjs: do not edit.
/** SHA-256 of the source it was built from. */
export const sourceHash = '${hash}';
/** ${bytes.length} bytes of WebAssembly in base64. */
export const bytes: string =
  '${bytes.toString('base64')}';
`,
  );
  console.log(`scan.ts: ${bytes.length} bytes`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
