import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultClientConditions, defineConfig } from 'vite';

/** The head of a page: the same in each app, except for the title and the description from its package.json. */
const head = () => {
  let folder;
  return {
    name: 'residual:head',
    configResolved: ({ root }) => {
      folder = root;
    },
    transformIndexHtml: {
      order: 'pre', // so that the style sheet and the script are built too
      handler: () => {
        const { demo, description } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        return [
          { tag: 'meta', attrs: { charset: 'utf-8' } },
          { tag: 'meta', attrs: { name: 'viewport', content: 'width=device-width, initial-scale=1' } },
          { tag: 'title', children: demo.title },
          { tag: 'meta', attrs: { name: 'description', content: description } },
          { tag: 'link', attrs: { rel: 'icon', href: './favicon.svg' } },
          { tag: 'link', attrs: { rel: 'stylesheet', href: './src/style.css' } },
          { tag: 'script', attrs: { type: 'module', src: './src/main.ts' } },
        ];
      },
    },
  };
};

/**
 * The build of an app: its page works in any folder and is made from the sources of the packages; its workers are
 * modules.
 */
export default defineConfig({
  base: './',
  plugins: [head()],
  resolve: { conditions: ['@residual/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
