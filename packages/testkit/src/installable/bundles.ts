import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as buildWithEsbuild } from 'esbuild';
import { build as buildWithVite } from 'vite';
import webpack from 'webpack';

const page = (script: string) => `<!doctype html><html><head><meta charset="utf-8"><title>page</title>
<link rel="icon" href="data:,">${script}</head><body></body></html>`;

/** A bundler without settings for our packages: creates a folder with `index.html` from `entry.js` of a project. */
export type Bundler = (project: string, outDir: string) => Promise<void>;

const vite: Bundler = async (project, outDir) => {
  const root = join(project, 'with-vite');
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'index.html'), page('<script type="module" src="../entry.js"></script>'));
  await buildWithVite({
    root,
    configFile: false,
    mode: 'production',
    logLevel: 'error',
    base: './',
    build: { outDir },
  });
};

const esbuild: Bundler = async (project, outDir) => {
  const outfile = join(outDir, 'main.js');
  const entryPoints = [join(project, 'entry.js')];
  await buildWithEsbuild({ entryPoints, outfile, bundle: true, format: 'esm', minify: true, logLevel: 'error' });
  writeFileSync(join(outDir, 'index.html'), page('<script type="module" src="./main.js"></script>'));
};

/** Bundles a file of a project with webpack to a folder with `index.html`. */
export const webpackPage = (project: string, entry: string, outDir: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const settings: webpack.Configuration = {
      context: project,
      entry,
      mode: 'production',
      optimization: { minimize: false },
      output: { path: outDir, filename: 'main.js' },
      performance: { hints: false },
    };
    webpack(settings, (error, stats) => {
      if (error) return reject(error);
      if (stats?.hasErrors()) return reject(new Error(stats.toString({ all: false, errors: true, warnings: true })));
      mkdirSync(outDir, { recursive: true });
      writeFileSync(join(outDir, 'index.html'), page('<script defer src="./main.js"></script>'));
      resolve();
    });
  });

/** The bundlers for a single package, by name. */
export const bundlers: Readonly<Record<'vite' | 'esbuild', Bundler>> = { vite, esbuild };
