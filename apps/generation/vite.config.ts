import { defineConfig } from 'vite';

/** The page may be served from any folder, and its worker is a module. */
export default defineConfig({
  base: './',
  worker: { format: 'es' },
  build: { target: 'es2022', modulePreload: { polyfill: false } },
});
