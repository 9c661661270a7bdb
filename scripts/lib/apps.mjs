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

/** The demo apps: name, folder, the built page's folder, and the sentence of their package.json. */
export const apps = () =>
  folders('apps').map(({ name, folder }) => {
    const { description = '' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { name, folder, pages: join(folder, 'dist'), description };
  });

/** The models that lie in the repository as data packages: `packages/model-NAME/model` is served under `/models/NAME/`. */
export const models = () =>
  folders('packages')
    .filter(({ name, folder }) => name.startsWith('model-') && existsSync(join(folder, 'model')))
    .map(({ name, folder }) => ({ name: name.slice('model-'.length), folder: join(folder, 'model') }));
