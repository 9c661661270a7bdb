import { defaultClientConditions, defineConfig } from 'vite';

/** How an app is built: its page may be served from any folder, is made from the sources of the packages, and its workers are modules. */
export default defineConfig({
  base: './',
  resolve: { conditions: ['@residual/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
