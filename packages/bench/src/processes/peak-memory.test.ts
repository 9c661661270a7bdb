import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-peak-'));
  const entry = fileURLToPath(new URL('peak-memory.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile: join(folder, 'peak-memory.mjs'), format: 'esm', platform: 'node' });
});
afterAll(() => rm(folder, { recursive: true }));

/** The peak that a new process reports, after it has run some code. */
async function peakAfter(code: string): Promise<number> {
  const file = join(folder, 'program.mjs');
  await writeFile(file, `import { peakMemory } from './peak-memory.mjs';\n${code}\nconsole.log(peakMemory());\n`);
  const { stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', env: {} });
  expect(stderr).toBe('');
  return Number(stdout);
}

test('the peak of a process does not contain the memory of its parent', async () => {
  const big = Buffer.alloc(400e6, 1);
  const peak = await peakAfter('');
  expect(big.length).toBe(400e6);
  expect(peak).toBeGreaterThan(20e6);
  expect(peak).toBeLessThan(200e6);
});

test('the peak counts memory that was freed since', async () => {
  const allocate = 'Buffer.alloc(300e6, 1);';
  expect(await peakAfter(allocate)).toBeGreaterThan(300e6);
});
