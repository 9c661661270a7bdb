import { readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { floors, forbiddenReason } from './floors.js';
import { importsOf, packageOf } from './imports.js';
import { apps, isTest, packages, relativePath, root, sources } from './workspace.js';

const ownPackageName = (name: string | undefined): string | undefined =>
  name?.startsWith('@residual/') ? name.slice('@residual/'.length) : undefined;

/** Describes a forbidden dependency: both ends, the reason and the file. */
const wrongArrow = (from: string, name: string | undefined, inTest: boolean, where: string): string[] => {
  const to = ownPackageName(name);
  const reason = to === undefined ? undefined : forbiddenReason(from, to, inTest);
  return reason === undefined ? [] : [`${from} -> ${to} (${reason}) in ${where}`];
};

/** The picture of the packages in a README. */
const pictureOf = (readme: string): string => readFileSync(readme, 'utf8').match(/^apps\/.*?^```/ms)![0];

test('packages depend only on lower floors', () => {
  const wrong = packages().flatMap(project => {
    const { dependencies = {}, peerDependencies = {} } = project.manifest;
    const named = Object.keys({ ...dependencies, ...peerDependencies });
    return [
      ...named.flatMap(name => wrongArrow(project.name, name, false, `packages/${project.name}/package.json`)),
      ...sources(project).flatMap(path =>
        importsOf(path).flatMap(name => wrongArrow(project.name, packageOf(name), isTest(path), relativePath(path))),
      ),
    ];
  });
  expect(wrong).toEqual([]);
});

test('the picture in the README shows each package on its floor, and every package and app', () => {
  const picture = pictureOf(join(root, 'README.md'));
  const shownFloors: string[][] = [];
  for (const [, floor, name] of picture.matchAll(/^(?:floor (\d)|\s) +([a-z]+(?:-[a-z]+)*)(?= {2})/gm)) {
    if (floor !== undefined) shownFloors.unshift([]); // from the top down
    if (floors.flat().includes(name!)) shownFloors[0]!.push(name!);
  }
  expect(shownFloors).toEqual(floors);
  const shownThere = new Set(picture.match(/[a-z]+(?:-[a-z]+)*/g));
  expect([...packages(), ...apps()].map(({ name }) => name).filter(name => !shownThere.has(name))).toEqual([]);
});

test('the picture in the README shows only packages and apps that exist', () => {
  const [shownApps = '', ...lines] = pictureOf(join(root, 'README.md')).split('\n');
  expect(shownApps.replace('apps/', '').trim().split(/\s+/).sort()).toEqual(apps().map(({ name }) => name));
  const names = packages().map(({ name }) => name);
  const shownPackages = lines.flatMap(
    line => /^(?:[a-z]+(?: \d)?)? +((?:[a-z]+(?:-[a-z]+)*(?: {2,}|$))+)/.exec(line)?.[1] ?? [],
  );
  const unknown = shownPackages.flatMap(text => text.trim().split(/\s+/)).filter(name => !names.includes(name));
  expect(shownPackages.length).toBeGreaterThan(floors.flat().length);
  expect(unknown).toEqual([]);
});

test('the rule distinguishes up, sideways and down', () => {
  expect(forbiddenReason('layers', 'model', false)).toBe('up, from floor 1 to 6');
  expect(forbiddenReason('attention', 'embeddings', true)).toBe('sideways, both on floor 2');
  expect(forbiddenReason('model', 'tensor', false)).toBeUndefined();
  expect(forbiddenReason('sampling', 'base', false)).toBeUndefined();
  expect(forbiddenReason('base', 'tensor', false)).toBe('the ground uses only the ground before it');
  expect(forbiddenReason('base', 'number-formats', false)).toBe('the ground uses only the ground before it');
  expect(forbiddenReason('number-formats', 'base', false)).toBeUndefined();
  expect(forbiddenReason('backend-wasm', 'layers', false)).toBe('a backend uses tensor alone');
  expect(forbiddenReason('model', 'backend-cpu', false)).toBe('used by the top floor and apps');
  expect(forbiddenReason('model', 'backend-cpu', true)).toBeUndefined();
  expect(forbiddenReason('tensor', 'testkit', false)).toBe('private to the workspace');
  expect(forbiddenReason('attic', 'tensor', false)).toBe('attic has no floor');
});

test('only tensor, the backends and the bench import TensorFlow.js', () => {
  const mayImport = (name: string) => name === 'tensor' || name === 'bench' || name.startsWith('backend-');
  const wrong = packages()
    .filter(({ name }) => !mayImport(name))
    .flatMap(sources)
    .flatMap(path =>
      importsOf(path)
        .filter(name => name.startsWith('@tensorflow/'))
        .map(name => `${relativePath(path)} imports ${name}`),
    );
  expect(wrong).toEqual([]);
});

test('the packages without tensors do not depend on TensorFlow.js', () => {
  const wrong = packages()
    .filter(({ name }) =>
      ['base', 'number-formats', 'tokenizer', 'sampling', 'safetensors', 'word-vectors', 'gguf'].includes(name),
    )
    .flatMap(({ name, manifest }) =>
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
        .filter(dependency => dependency.startsWith('@tensorflow/') || dependency === '@residual/tensor')
        .map(dependency => `${name} -> ${dependency}`),
    );
  expect(wrong).toEqual([]);
});

test('each imported package is a dependency', () => {
  const wrong = packages()
    .filter(({ name }) => name !== 'testkit')
    .flatMap(project => {
      const { name, dependencies, peerDependencies, devDependencies } = project.manifest;
      const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
      const forDevelopment = new Set(Object.keys({ ...devDependencies }));
      // Not part of the package: tests, and sources that a build bundles to one file.
      const leftOut = (project.manifest.files ?? [])
        .filter(file => /^!src\/[\w-]+$/.test(file))
        .map(file => join(project.folder, file.slice(1)) + sep);
      const staysHere = (path: string) => isTest(path) || leftOut.some(folder => path.startsWith(folder));
      return sources(project).flatMap(path =>
        importsOf(path)
          .map(packageOf)
          .filter(imported => imported?.startsWith('@') && imported !== '@residual/testkit')
          .filter(imported => !declared.has(imported!) && !(staysHere(path) && forDevelopment.has(imported!)))
          .map(imported => `${relativePath(path)} imports ${imported}, which package.json does not name`),
      );
    });
  expect(wrong).toEqual([]);
});
