import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apps, type Manifest, packages } from './workspace.js';

const publicPackages = packages().filter(({ manifest }) => manifest.private !== true);
const withCode = publicPackages.filter(({ folder }) => existsSync(join(folder, 'src')));

const wrongIn = (manifest: Manifest, name: string): string[] => {
  const wrong: string[] = [];
  const need = (holds: boolean, what: string) => {
    if (!holds) wrong.push(`${manifest.name}: ${what}`);
  };
  need(manifest.name === `@residual/${name}`, `name is not @residual/${name}`);
  need((manifest.description ?? '').length > 20, 'description is missing');
  need(manifest.license !== undefined, 'license is missing');
  const home = 'https://github.com/residual-js/residual';
  need(
    manifest.homepage === `${home}/tree/main/packages/${name}#readme`,
    'homepage is not its folder in the repository',
  );
  need(manifest.bugs === `${home}/issues`, 'bugs is not the list of issues of the repository');
  const { url, directory } = manifest.repository ?? {};
  need(url === `git+${home}.git` && directory === `packages/${name}`, 'repository is not its folder');
  for (const part of ['README.md', 'LICENSE']) need(manifest.files?.includes(part) === true, `files lacks ${part}`);
  return wrong;
};

const wrongExports = ({ name, exports = {} }: Manifest): string[] =>
  Object.entries(exports)
    .filter(([key]) => key !== './package.json')
    .flatMap(([key, conditions]) => {
      const order = typeof conditions === 'string' ? [] : Object.keys(conditions);
      const right = order[0] === '@residual/source' && order[1] === 'types' && order.at(-1) === 'default';
      return right || key.includes('*') || typeof conditions === 'string'
        ? []
        : [`${name} ${key}: [${order}] is not source, types, ..., default`];
    });

test('public packages have one version', () => {
  const versions = new Set(publicPackages.map(({ manifest }) => manifest.version));
  expect([...versions]).toHaveLength(1);
});

test('manifests of public packages are complete', () => {
  expect(publicPackages.flatMap(({ manifest, name }) => wrongIn(manifest, name))).toEqual([]);
});

test('exports list the source first, then types, then code', () => {
  expect(withCode.flatMap(({ manifest }) => wrongExports(manifest))).toEqual([]);
});

test('packages are ES modules without side effects, except backends', () => {
  const wrong = withCode
    .filter(({ name, manifest }) => {
      const kept = name.startsWith('backend-') ? Array.isArray(manifest.sideEffects) : manifest.sideEffects === false;
      return manifest.type !== 'module' || !kept;
    })
    .map(({ name }) => name);
  expect(wrong).toEqual([]);
});

test('tfjs-core 4.22.0 is a peer dependency wherever tensor is a dependency, except in programs', () => {
  const wrong = withCode
    .filter(({ manifest }) => manifest.name === '@residual/tensor' || manifest.dependencies?.['@residual/tensor'])
    .filter(({ manifest: { bin, dependencies, peerDependencies } }) => {
      const declared = bin === undefined ? peerDependencies : dependencies;
      return declared?.['@tensorflow/tfjs-core'] !== '4.22.0';
    })
    .map(({ name }) => name);
  expect(wrong).toEqual([]);
});

test('dependencies within the workspace use ranges that npm understands', () => {
  const wrong = [...packages(), ...apps()].flatMap(({ manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies })
      .filter(([, range]) => range.startsWith('workspace:') || range.startsWith('link:'))
      .map(([name, range]) => `${manifest.name} -> ${name} ${range}: a plain range, like ^0.1.0`),
  );
  expect(wrong).toEqual([]);
});

test('apps have a title and a description, and unique paths', () => {
  const wrong = apps()
    .filter(({ manifest: { demo, description = '' } }) => !demo?.title || !/^[A-Z].{20,160}\.$/.test(description))
    .map(({ name }) => name);
  expect(wrong).toEqual([]);
  const paths = apps().map(({ name, manifest }) => manifest.demo?.path ?? name);
  expect(paths).toEqual([...new Set(paths)]);
});
