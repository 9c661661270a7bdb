import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test, vi } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('the code of the README prints what its comments say', async () => {
  const readme = readFileSync(here('../README.md'), 'utf8');
  const code = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(match => match[1]!).join('\n');
  const expected = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(match => match[1]);
  expect(expected).toHaveLength(code.split('console.log').length - 1);
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: here('.') },
    alias: { '@residual/grammar': here('index.ts') },
    bundle: true,
    conditions: ['@residual/source'],
    format: 'esm',
    write: false,
  });
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation(value => lines.push(JSON.stringify(value)));
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.text).toString('base64')}`);
  log.mockRestore();
  expect(lines).toEqual(expected);
});
