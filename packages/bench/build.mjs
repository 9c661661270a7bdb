// Bundles the program and the child processes for Node, and the pages for subjects on WebGL.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
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
    'concurrent-worker': path('src/concurrent/worker.ts'),
    'generation-child': path('src/generation/child.ts'),
    'loading-child': path('src/loading/child.ts'),
    'tokenizer-child': path('src/tokenizer/child.ts'),
    'translation-child': path('src/translation/child.ts'),
    'training-child': path('src/training/child.ts'),
  },
  outdir: path('dist'),
  platform: 'node',
  splitting: true,
  plugins: [externalPackages],
});

/** Bundles all packages above `tensor`, whose registry both copies share with the backend. */
const aboveTensor = {
  name: 'above-tensor',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^(@tensorflow\/|@residual\/(tensor|backend-))/ }, () => ({ external: true }));
  },
};

/** Takes the taps out of layers and scopes. */
const withoutTaps = {
  name: 'without-taps',
  setup: ({ onLoad }) => {
    const replaced = (file, replacements) =>
      onLoad({ filter: new RegExp(`packages/layers/src/${file}\\.ts$`) }, ({ path: source }) => {
        let contents = readFileSync(source, 'utf8');
        for (const [pattern, bare] of replacements) {
          if (!pattern.test(contents)) throw new Error(`bench: ${source} has no ${pattern}`);
          contents = contents.replace(pattern, bare);
        }
        return { contents, loader: 'ts' };
      });
    const body = name => new RegExp(`(\\n  (?:get )?${name}\\([^{]*\\{\\n)[^}]*\\}`);
    replaced('layer', [
      [
        /const \{ partial = false \} = about;[^}]*tapOutput\([^}]*\}/,
        'return compute(weights, input, scope);\n      }',
      ],
    ]);
    replaced('scope', [
      [body('tap'), '$1    return x;\n  }'],
      [body('hasTaps'), '$1    return false;\n  }'],
      [body('wants'), '$1    return false;\n  }'],
    ]);
  },
};
for (const [name, plugins] of Object.entries({ taps: [aboveTensor], bare: [aboveTensor, withoutTaps] }))
  await build({
    ...common,
    entryPoints: { [`inspect-${name}`]: path('src/inspect/subject.ts') },
    outdir: path('dist'),
    platform: 'node',
    conditions: ['@residual/source'],
    plugins,
  });

const pages = ['residual', 'residual-wasm', 'tfjs'];
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
