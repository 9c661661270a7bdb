import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const folders = name => {
  const parent = join(root, name);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .sort()
    .map(child => ({ name: child, folder: join(parent, child) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')));
};

/**
 * The demo apps in the order in which one learns. Their texts are in package.json: `description`, and `demo` with a
 * `title`, a `topic` (the title if absent), a `path` (the folder's name if absent; '' is the landing page), an `order`
 * (apps without one come last, by name), `stops` on the way (places of the page with a topic, description, order and
 * picture of their own), `data` (the folders or files that the page loads at its start), `ready` (a selector of its
 * first result), and `card` (its hash on the picture for links to it).
 */
export const apps = () =>
  folders('apps')
    .map(({ name, folder }) => {
      const { description = '', demo = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const { title = name, path = name, order = Number.MAX_SAFE_INTEGER, stops = [], data = [] } = demo;
      const { topic = title, ready = 'main', card = '' } = demo;
      const pages = join(folder, 'dist');
      return { name, folder, pages, title, topic, description, path, order, stops, data, ready, card };
    })
    .sort((a, b) => a.order - b.order);

/**
 * What one learns, in order, with its address from the root of the site and the file of its picture: each app except
 * the landing page, and the stops within them, which have no `path`.
 */
export const lessons = () =>
  apps()
    .filter(({ path }) => path !== '')
    .flatMap(({ path, folder, topic, description, order, stops }) => [
      { topic, description, path, order, address: `${path}/`, picture: join(folder, 'picture.svg') },
      ...stops.map(({ hash, picture, ...stop }) => ({
        ...stop,
        address: `${path}/${hash}`,
        picture: join(folder, picture),
      })),
    ])
    .sort((a, b) => a.order - b.order);

const below = (part, prefix) =>
  folders('packages')
    .map(({ name, folder }) => ({ name, folder: join(folder, part) }))
    .filter(({ name, folder }) => name.startsWith(prefix) && existsSync(folder))
    .map(({ name, folder }) => ({ name: name.slice(prefix.length), folder }));

/**
 * The folders of data packages by their URL path: `packages/model-NAME/model` at `models/NAME`, `packages/NAME/data` at
 * `data/NAME`.
 */
export const dataFolders = () =>
  new Map([
    ...below('model', 'model-').map(({ name, folder }) => [`models/${name}`, folder]),
    ...below('data', '').map(({ name, folder }) => [`data/${name}`, folder]),
  ]);
