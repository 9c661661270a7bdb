// Builds src/machine/pass-bytes.ts, which is committed: node packages/bench/kernels/build.mjs
// Needs clang and lld 14 or newer.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const path = name => fileURLToPath(new URL(name, import.meta.url));
const flags = '--target=wasm32 -msimd128 -O3 -ffreestanding -fno-builtin -fvisibility=hidden -nostdlib';
const link = '-Wl,--no-entry -Wl,--import-memory -Wl,--export-dynamic -Wl,--strip-all';
const work = mkdtempSync(join(tmpdir(), 'pass-'));
try {
  const out = join(work, 'pass.wasm');
  execFileSync(process.env.CLANG ?? 'clang', [...`${flags} ${link}`.split(' '), path('pass.c'), '-o', out], {
    stdio: 'inherit',
  });
  const text = readFileSync(out).toString('base64');
  writeFileSync(
    path('../src/machine/pass-bytes.ts'),
    '// kernels/pass.c, written by kernels/build.mjs: do not edit.\n/** WebAssembly in base64. */\n' +
      `export const bytes: string =\n  '${text}';\n`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
