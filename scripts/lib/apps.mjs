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
 * The demo apps in the order of the landing page. Their texts are in package.json: `description`, and `demo` with a
 * `title` and optionally a `path` (the folder's name if absent) and an `order` (apps without one come last, by name).
 */
export const apps = () =>
  folders('apps')
    .map(({ name, folder }) => {
      const { description = '', demo = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const { title = name, path = name, order = Number.MAX_SAFE_INTEGER } = demo;
      return { name, folder, pages: join(folder, 'dist'), title, description, path, order };
    })
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
