// Bundles the program and the child processes for Node, and the pages for subjects on WebGL.
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = name => fileURLToPath(new URL(name, import.meta.url));
const common = { bundle: true, format: 'esm', target: 'es2022', logLevel: 'warning' };
rmSync(path('dist'), { recursive: true, force: true });

/**
 * Bundles the testkit, which exists only as TypeScript, and the gradients of TensorFlow.js, which need a bundler.
 * Everything else is imported as published.
 */
const externalPackages = {
  name: 'external-packages',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path: name, kind, importer }) => {
      const isInside =
        kind === 'entry-point' || /^@residual\/testkit|tfjs-core\/dist\//.test(name) || importer.includes('tfjs-core');
      return isInside ? undefined : { external: true };
    });
  },
};
await build({
  ...common,
  entryPoints: {
    main: path('src/main.ts'),
    'generation-child': path('src/generation/child.ts'),
    'tokenizer-child': path('src/tokenizer/child.ts'),
    'translation-child': path('src/translation/child.ts'),
    'training-child': path('src/training/child.ts'),
  },
  outdir: path('dist'),
  platform: 'node',
  splitting: true,
  plugins: [externalPackages],
});

const pages = ['residual', 'tfjs'];
await build({
  ...common,
  entryPoints: pages.map(name => path(`src/generation/pages/${name}.ts`)),
  outdir: path('dist/pages'),
  splitting: true,
  minify: true,
  mainFields: ['module', 'main'],
  external: ['node:*'],
});
for (const name of pages) {
  const page = `<!doctype html><title>${name}</title><script type="module" src="${name}.js"></script>\n`;
  writeFileSync(path(`dist/pages/${name}.html`), page);
}
