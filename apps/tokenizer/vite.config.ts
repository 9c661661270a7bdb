import { defaultClientConditions, defineConfig } from 'vite';

/** The page may be served from any folder and is built from the sources of the packages. */
export default defineConfig({
  base: './',
  resolve: { conditions: ['@residual/source', ...defaultClientConditions] },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
