import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

async function bundle(contents: string, minify = false): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts', resolveDir: here('.') },
    external: ['node:*'],
    bundle: true,
    conditions: ['@residual/source'],
    format: 'esm',
    minify,
    write: false,
  });
  return outputFiles[0]!.text;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a program prints, the values of a line as JSON. */
async function printed(code: string, name: string): Promise<string[]> {
  const path = join(folder, name);
  await writeFile(path, await bundle(code));
  const lines: string[] = [];
  const plain = (value: unknown) => JSON.stringify(ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value);
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => lines.push(values.map(plain).join(' ')));
  await import(/* @vite-ignore */ pathToFileURL(path).href).finally(() => log.mockRestore());
  return lines;
}

const readme = readFileSync(here('../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(match => match[1]!);

test.each(blocks.map((code, i) => [i + 1, code] as const))(
  'block %i of the README prints what its comments say',
  async (i, code) => {
    const expected = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(match => match[1]);
    expect(expected.length).toBeGreaterThan(0);
    expect(await printed(code, `block-${i}.mjs`)).toEqual(expected);
  },
);

test('the example lists the tensors of a file', async () => {
  const [, ...lines] = await printed(
    `process.argv = [];\n${readFileSync(here('../example/inspect.ts'), 'utf8')}`,
    'example.mjs',
  );
  expect(lines).toEqual([
    '"fast  F32 [97, 31]  12028 bytes  -1.000 … 0.001 … 1.000"',
    '"middle  F32 [97, 31]  12028 bytes  -1.000 … 0.001 … 1.000"',
    '"slow  F32 [97, 31]  12028 bytes  0.000 … 0.662 … 1.000"',
  ]);
});

test('the main entry has at most 5.4 kB, gzipped, and each part less', async () => {
  const size = async (code: string) => gzipSync(await bundle(code, true), { level: 9 }).length;
  expect(await size("export * from '@residual/safetensors'")).toBeLessThanOrEqual(5410);
  expect(await size("export { openSafetensors, bytesSource } from '@residual/safetensors'")).toBeLessThan(2850);
  expect(await size("export { writeSafetensors } from '@residual/safetensors'")).toBeLessThan(1400);
  // The shared error is most of it.
  expect(await size("export { float16ToFloat32 } from '@residual/safetensors'")).toBeLessThan(560);
});

test('the main entry uses no API of Node', async () => {
  expect(await bundle("export * from '@residual/safetensors'")).not.toMatch(/node:|\bBuffer\b|\bprocess\b/);
});
