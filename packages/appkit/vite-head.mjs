import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { apps } from '../../scripts/lib/apps.mjs';

/** The colours of the paper in page.css, light and dark, for the browser's own frame around the page. */
const paperColours = () => {
  const style = readFileSync(new URL('../elements/page.css', import.meta.url), 'utf8');
  const [, light, dark] = /--residual-paper: light-dark\((\S+), (\S+)\);/.exec(style);
  return { light, dark };
};

/** The title of the site. */
const site = 'Residual';

/**
 * The address of a file of a page for readers of its card, who need it whole: with the address of the site in
 * RESIDUAL_SITE, else relative.
 */
const publicAddress = (path, file) => {
  const { RESIDUAL_SITE: address } = process.env;
  return address ? new URL(`${path === '' ? '' : `${path}/`}${file}`, address.replace(/\/?$/, '/')).href : `./${file}`;
};

const meta = (name, content) => ({ tag: 'meta', attrs: { name, content } });
const property = (name, content) => ({ tag: 'meta', attrs: { property: name, content } });

/** What a link to the page shows elsewhere: title, sentence, and the picture `public/card.jpg`. */
const cardTags = ({ path, folder, title, description }) => {
  const tags = [
    property('og:type', 'website'),
    property('og:site_name', site),
    property('og:title', title),
    property('og:description', description),
  ];
  if (process.env.RESIDUAL_SITE) tags.push(property('og:url', publicAddress(path, '')));
  if (!existsSync(join(folder, 'public', 'card.jpg'))) return [...tags, meta('twitter:card', 'summary')];
  return [
    ...tags,
    property('og:image', publicAddress(path, 'card.jpg')),
    property('og:image:width', '1200'),
    property('og:image:height', '630'),
    property('og:image:alt', `The page “${title}”`),
    meta('twitter:card', 'summary_large_image'),
  ];
};

/** Links by which the two typefaces are loaded with the page and not after its style sheet. */
const fontLinks = bundle =>
  Object.keys(bundle ?? {})
    .filter(file => /-latin-wght-normal\b.*\.woff2$/.test(file))
    .map(file => ({
      tag: 'link',
      attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `./${file}`, crossorigin: '' },
      injectTo: 'head',
    }));

/** Lets the built page load its typefaces early. */
export const fonts = () => ({
  name: 'residual:fonts',
  transformIndexHtml: { order: 'post', handler: (_, { bundle }) => fontLinks(bundle) },
});

/** The head of a page: the same in each app, except for what its package.json says about it. */
export const head = () => {
  let folder;
  return {
    name: 'residual:head',
    configResolved: ({ root }) => {
      folder = root;
    },
    transformIndexHtml: {
      order: 'pre', // so that the style sheet and the script are built too
      handler: () => {
        const app = apps().find(app => relative(app.folder, folder) === '');
        const { title, description } = app;
        return [
          { tag: 'meta', attrs: { charset: 'utf-8' } },
          meta('viewport', 'width=device-width, initial-scale=1'),
          { tag: 'title', children: title === site ? title : `${title} · ${site}` },
          meta('description', description),
          ...Object.entries(paperColours()).map(([scheme, content]) => ({
            tag: 'meta',
            attrs: { name: 'theme-color', content, media: `(prefers-color-scheme: ${scheme})` },
          })),
          ...cardTags(app),
          { tag: 'link', attrs: { rel: 'icon', href: './favicon.svg' } },
          { tag: 'link', attrs: { rel: 'stylesheet', href: './src/style.css' } },
          { tag: 'script', attrs: { type: 'module', src: './src/main.ts' } },
        ];
      },
    },
  };
};
