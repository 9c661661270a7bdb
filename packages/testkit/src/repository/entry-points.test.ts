import { dirname, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, packageOf } from './imports.js';
import { apps, filesBelow, packages, relativePath, sources } from './workspace.js';

const exported = new Set(
  packages().flatMap(({ manifest }) => Object.keys(manifest.exports ?? {}).map(key => manifest.name + key.slice(1))),
);
const scripts = (folder: string) => filesBelow(folder).filter(path => /\.(ts|tsx|js|mjs)$/.test(path));
const appFiles = apps().flatMap(app => scripts(app.folder).map(path => ({ app, path })));

test('apps and packages import only exported entry points', () => {
  const files = [...appFiles.map(({ path }) => path), ...packages().flatMap(sources)];
  const wrong = files.flatMap(path =>
    importsOf(path)
      .filter(name => packageOf(name)?.startsWith('@residual/'))
      .filter(name => !exported.has(name.replace(/\?.*$/, '')))
      .map(name => `${relativePath(path)} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('apps do not import outside their folder', () => {
  const wrong = appFiles.flatMap(({ app, path }) =>
    importsOf(path)
      .filter(name => name.startsWith('.'))
      .filter(name => relative(app.folder, resolve(dirname(path), name)).split(sep)[0] === '..')
      .map(name => `${relativePath(path)} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('packages do not import outside their src folder', () => {
  const wrong = packages().flatMap(project =>
    project.name === 'testkit'
      ? []
      : sources(project).flatMap(path =>
          importsOf(path)
            .filter(name => name.startsWith('.'))
            .filter(name => relative(project.folder, resolve(dirname(path), name)).split(sep)[0] === '..')
            .map(name => `${relativePath(path)} imports ${name}`),
        ),
  );
  expect(wrong).toEqual([]);
});

test('apps import no TensorFlow.js', () => {
  const wrong = appFiles.flatMap(({ path }) =>
    importsOf(path)
      .filter(name => name.startsWith('@tensorflow/'))
      .map(name => `${relativePath(path)} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});
