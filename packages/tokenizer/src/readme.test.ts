import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test, vi } from 'vitest';
import { allComponents } from './formats/json/all-components.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const readme = readFileSync(here('../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(match => match[1]!);

test('the code of the README prints what its comments say', async () => {
  const code = blocks.join('\n');
  const expected = [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(match => match[1]);
  expect(expected.length).toBeGreaterThan(5);
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: here('.') },
    bundle: true,
    conditions: ['@residual/source'],
    format: 'esm',
    write: false,
  });
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation(value => printed.push(JSON.stringify(value)));
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.text).toString('base64')}`);
  log.mockRestore();
  expect(printed).toEqual(expected);
});

test('the README lists every component type', () => {
  const listed = (kind: string) =>
    [
      ...new RegExp(`^\\| ${kind} +\\| (.*) \\|$`, 'm').exec(readme)![1]!.matchAll(/(\w+)(?: \([^)]*\))?(?:, |\s*$)/g),
    ].map(([, type]) => type);
  const types = (components: readonly { readonly type: string }[]) => components.map(({ type }) => type).toSorted();
  const { normalizers, preTokenizers, models, postProcessors, decoders } = allComponents;
  expect(listed('normalizer').toSorted()).toEqual(types(normalizers));
  expect(listed('pre-tokenizer').toSorted()).toEqual(types(preTokenizers));
  expect(listed('model').toSorted()).toEqual(types(models));
  expect(listed('post-processor').toSorted()).toEqual(types(postProcessors));
  expect(listed('decoder').toSorted()).toEqual(types(decoders));
});
