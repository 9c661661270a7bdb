import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Rollup } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relativePath, root } from './workspace.js';

/** The most bytes that the start of a page with `loadModel` and one family may have, minified, without tfjs. */
const ceiling = 421_800;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'packages/bench/.one-family-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a page that loads one family ships one family', async () => {
  const entry = join(folder, 'page.ts');
  await writeFile(
    entry,
    `import { qwen3 } from '@residual/families';
     import { loadModel } from '@residual/model';
     export const load = (source: string) => loadModel(source, { families: [qwen3] });`,
  );
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@residual/source', 'module', 'browser'] },
    build: {
      write: false,
      modulePreload: false,
      rollupOptions: { input: entry, preserveEntrySignatures: 'strict', external: [/^@tensorflow\//] },
    },
  });
  const { output } = result as Rollup.RollupOutput;
  const chunks = new Map(output.flatMap(each => (each.type === 'chunk' ? [[each.fileName, each] as const] : [])));
  const start = new Set<Rollup.OutputChunk>();
  const visit = (chunk: Rollup.OutputChunk | undefined) => {
    if (!chunk || start.has(chunk)) return;
    start.add(chunk);
    for (const name of chunk.imports) visit(chunks.get(name));
  };
  visit([...chunks.values()].find(({ isEntry }) => isEntry));
  const modules = [...start].flatMap(chunk => Object.keys(chunk.modules)).map(relativePath);
  const isFamily = /families\/src\/(decoders|encoders|encoder-decoders|image)\//;
  expect(modules.filter(path => isFamily.test(path))).toEqual(['packages/families/src/decoders/qwen3.ts']);
  const isTemplateEngine = /@huggingface\/jinja|tokenizer\/src\/chat\//; // for models that chat, when they first do
  expect(modules.filter(path => isTemplateEngine.test(path))).toEqual([]);
  const bytes = [...start].reduce((sum, { code }) => sum + code.length, 0);
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThan(ceiling);
});
