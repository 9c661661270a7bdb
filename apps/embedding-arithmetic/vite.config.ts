import { defaultClientConditions, defineConfig } from 'vite';

/** The page may be served from any folder, is built from the sources of the packages, and its worker is a module. */
export default defineConfig({
  base: './',
  resolve: { conditions: ['@residual/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
