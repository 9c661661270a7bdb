import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test, vi } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const bundle = async (contents: string, minify = false): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts', resolveDir: here('.') },
    alias: { '@residual/sampling/beams': here('beams/index.ts'), '@residual/sampling': here('index.ts') },
    bundle: true,
    conditions: ['@residual/source'],
    format: 'esm',
    minify,
    write: false,
  });
  return outputFiles[0]!.text;
};

/** The values that a program prints, each as JSON. */
async function printed(program: string): Promise<string[]> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation(value => lines.push(JSON.stringify(value)));
  await import(`data:text/javascript;base64,${Buffer.from(program).toString('base64')}`);
  log.mockRestore();
  return lines;
}

test('the code of the README prints what its comments say', async () => {
  const readme = readFileSync(here('../README.md'), 'utf8');
  const code = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(match => match[1]!).join('\n');
  const expected = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(match => match[1]);
  expect(expected).toHaveLength(code.split('console.log').length - 1);
  expect(await printed(await bundle(code))).toEqual(expected);
});

test('the example generates a sentence', async () => {
  const program = await bundle(readFileSync(here('../example/bigrams.ts'), 'utf8'));
  expect(await printed(`process.argv = [];\n${program}`)).toEqual(['"The cat saw the rat."']);
});

test('all of the main entry takes less than 6.6 kB, gzipped; one processor a fraction of it', async () => {
  const size = async (code: string) => gzipSync(await bundle(code, true), { level: 9 }).length;
  expect(await size("export * from '@residual/sampling'")).toBeLessThan(6600);
  expect(await size("export { topK } from '@residual/sampling'")).toBeLessThan(1000);
  expect(await size("export * from '@residual/sampling/beams'")).toBeLessThan(7100); // with all processors
});
