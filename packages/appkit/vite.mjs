import { defaultClientConditions, defineConfig } from 'vite';
import { cards } from './vite-cards.mjs';
import { fonts, head } from './vite-head.mjs';
import { navigation } from './vite-navigation.mjs';
import { offline } from './vite-offline.mjs';

/**
 * The build of an app: its page works in any folder and is made from the sources of the packages; its workers are
 * modules.
 */
export default defineConfig({
  base: './',
  plugins: [head(), fonts(), navigation(), cards(), offline()],
  resolve: { conditions: ['@residual/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
