import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { isData } from './floors.js';
import { filesBelow, packages } from './workspace.js';

const dataPackages = packages().filter(({ name }) => isData(name));

/** The folders with the files of a data package, in the order in which it exports their URLs. */
const foldersOf = (folder: string) => ['model', 'data'].filter(name => existsSync(join(folder, name)));

test('there are data packages', () => {
  expect(dataPackages.length).toBeGreaterThanOrEqual(3);
});

test.each(dataPackages)(
  '$name exports a URL for each of its files, written as bundlers must see it',
  async ({ folder }) => {
    const source = readFileSync(join(folder, 'src/index.ts'), 'utf8')
      .replaceAll(/\(\s+'/g, "('")
      .replaceAll(/,\s+/g, ', ');
    const folders = foldersOf(folder);
    const namesOf = (files: string) =>
      filesBelow(join(folder, files))
        .map(path => relative(join(folder, files), path).split(sep).join('/'))
        .sort();
    for (const files of folders)
      for (const name of namesOf(files))
        expect(source).toContain(`'${name}': /* @__PURE__ */ new URL('../${files}/${name}', import.meta.url`);
    for (const module of ['index.ts', 'node.ts']) {
      const exported: Record<string, Record<string, URL>> = await import(
        pathToFileURL(join(folder, 'src', module)).href
      );
      // A module has its exports in the order of the alphabet.
      const tables = Object.values(exported);
      expect(tables).toHaveLength(folders.length);
      for (const files of folders) {
        const names = namesOf(files);
        const urls = tables.find(table => names.every(name => name in table))!;
        expect(Object.keys(urls).sort()).toEqual(names);
        for (const name of names) expect(urls[name]!.href).toBe(pathToFileURL(join(folder, files, name)).href);
      }
    }
  },
);

test.each(dataPackages)(
  '$name gives Node a module that finds the files also where the bundle of a server says otherwise',
  async ({ folder, manifest }) => {
    expect(manifest.exports!['.']).toMatchObject({ node: './dist/node.js' });
    const [index, node] = ['index.ts', 'node.ts'].map(module => join(folder, 'src', module));
    const tables: [string, Record<string, URL>][] = Object.entries(await import(index!));
    const folderOf = (file: string) => foldersOf(folder).find(files => existsSync(join(folder, files, file)))!;
    // Next.js replaces URLs by paths within the site.
    const moved = tables.map(([name, urls]) => [
      name,
      Object.fromEntries(Object.keys(urls).map(file => [file, { protocol: '', href: `/_next/static/media/${file}` }])),
    ]);
    vi.resetModules();
    vi.doMock(index!, () => Object.fromEntries(moved));
    const found: Record<string, Record<string, URL>> = await import(node!);
    vi.doUnmock(index!);
    for (const [name, urls] of tables)
      for (const file of Object.keys(urls))
        expect(found[name]![file]!.href).toBe(pathToFileURL(join(folder, folderOf(file), file)).href);
  },
);
