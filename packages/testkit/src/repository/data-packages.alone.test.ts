import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { isData } from './floors.js';
import { filesBelow, packages } from './workspace.js';

const dataPackages = packages().filter(({ name }) => isData(name));

/** The folder with the files of a data package. */
const folderOf = (folder: string) => ['model', 'data'].find(name => existsSync(join(folder, name)))!;

test('there are data packages', () => {
  expect(dataPackages.length).toBeGreaterThanOrEqual(3);
});

test.each(dataPackages)(
  '$name exports a URL for each of its files, written as bundlers must see it',
  async ({ folder }) => {
    const files = folderOf(folder);
    const names = filesBelow(join(folder, files))
      .map(path => relative(join(folder, files), path).split(sep).join('/'))
      .sort();
    const source = readFileSync(join(folder, 'src/index.ts'), 'utf8')
      .replaceAll(/\(\s+'/g, "('")
      .replaceAll(/,\s+/g, ', ');
    for (const name of names)
      expect(source).toContain(`'${name}': /* @__PURE__ */ new URL('../${files}/${name}', import.meta.url`);
    for (const module of ['index.ts', 'node.ts']) {
      const exported: Record<string, Record<string, URL>> = await import(
        pathToFileURL(join(folder, 'src', module)).href
      );
      const [urls] = Object.values(exported);
      expect(Object.keys(urls!).sort()).toEqual(names);
      for (const name of names) expect(urls![name]!.href).toBe(pathToFileURL(join(folder, files, name)).href);
    }
  },
);

test.each(dataPackages)(
  '$name gives Node a module that finds the files also where the bundle of a server says otherwise',
  async ({ folder, manifest }) => {
    expect(manifest.exports!['.']).toMatchObject({ node: './dist/node.js' });
    const files = folderOf(folder);
    const [index, node] = ['index.ts', 'node.ts'].map(module => join(folder, 'src', module));
    const [[name, urls]] = Object.entries(await import(index!)) as [[string, Record<string, URL>]];
    // Next.js replaces URLs by paths within the site.
    const moved = Object.keys(urls).map(file => [file, { protocol: '', href: `/_next/static/media/${file}` }]);
    vi.resetModules();
    vi.doMock(index!, () => ({ [name]: Object.fromEntries(moved) }));
    const found: Record<string, Record<string, URL>> = await import(node!);
    vi.doUnmock(index!);
    for (const file of Object.keys(urls))
      expect(found[name]![file]!.href).toBe(pathToFileURL(join(folder, files, file)).href);
  },
);
