import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmScript, ownEnvironment } from '../../../../scripts/lib/npm.mjs';
import { type Project, packages } from '../repository/workspace.js';
import { packagesOf, readExample } from './example.js';
import { linkPackages } from './linked-packages.js';
import { readReadme } from './readme.js';
import { runNode } from './run.js';

/** An entry point of a package: `@residual/model/worker`. */
export interface EntryPoint {
  specifier: string;
  inBrowser: boolean;
}

/** An npm project outside the repository with one installed package, and what its README installs beside it. */
export interface Consumer {
  folder: string;
  project: Project;
  entries: EntryPoint[];
}

/** The file name of a package's tarball. */
export const tarballName = ({ name, version }: { name: string; version: string }): string =>
  `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;

/** The public packages with code. */
export const packagesWithCode = (): Project[] =>
  packages().filter(({ manifest }) => manifest.private !== true && '.' in (manifest.exports ?? {}));

/** Whether an entry point is for Node only, by its name; the command line always is. */
const runsInBrowser = (specifier: string) => specifier !== '@residual/cli' && !/\/node$/.test(specifier);

/** The exports of a package, without styles and data files. */
export const entriesOf = ({ manifest }: Project): EntryPoint[] =>
  Object.keys(manifest.exports ?? {})
    .filter(key => !key.endsWith('.json') && !key.includes('*') && !/\.(wasm|css)$/.test(key))
    .map(key => manifest.name + key.slice(1))
    .map(specifier => ({ specifier, inBrowser: runsInBrowser(specifier) }));

/**
 * Creates an npm project in `folder`, inside the temporary folder, and installs packages by name and version (undefined
 * if none is named). Packages of this workspace come from their tarballs, by overrides also as dependencies.
 */
export const installWithNpm = async (
  folder: string,
  wanted: ReadonlyMap<string, string | undefined>,
): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const packed = new Map(
    packages()
      .filter(({ manifest }) => manifest.private !== true)
      .map(({ manifest }) => [manifest.name, `file:../packed/${tarballName(manifest)}`]),
  );
  const manifest = {
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(
      [...wanted].map(([name, version]) => [name, packed.get(name) ?? version ?? 'latest']),
    ),
    overrides: Object.fromEntries([...packed].filter(([name]) => !wanted.has(name))),
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  const npm = npmScript();
  if (npm === undefined) throw new Error('installable: npm was not found');
  const flags = [
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--no-package-lock',
    '--loglevel=error',
  ];
  const { code, output } = await runNode([npm, 'install', ...flags], folder, 240, {
    ...process.env,
    ...ownEnvironment(),
  });
  if (code !== 0)
    throw new Error(`installable: npm install ${[...wanted.keys()].join(' ')} ended with ${code}\n${output}`);
};

/** The packages that the README of a package installs and its example imports, and itself. */
const wantedBy = (project: Project): Map<string, string | undefined> => {
  const { manifest, folder } = project;
  const example = readExample(project);
  const imported = example ? packagesOf(example) : [];
  const wanted = new Map<string, string | undefined>([manifest.name, ...imported].map(name => [name, undefined]));
  for (const [name, version] of readReadme(folder)?.install ?? []) wanted.set(name, version);
  return wanted;
};

/** The project inside the temporary folder into which npm installed every package with code, side by side. */
export const together = (temporaryFolder: string): string => join(temporaryFolder, 'together');

/** Installs every package with code, and what the READMEs and examples use, into one project with npm. */
export const installTogether = (temporaryFolder: string): Promise<void> => {
  const wanted = new Map<string, string | undefined>();
  for (const project of packagesWithCode())
    for (const [name, version] of wantedBy(project)) wanted.set(name, version ?? wanted.get(name));
  return installWithNpm(together(temporaryFolder), wanted);
};

/** Creates a project with packages, and what they declare to depend on, out of what npm installed. */
export const installInto = (folder: string, wanted: Iterable<string>, temporaryFolder: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  linkPackages(together(temporaryFolder), folder, wanted);
};

/** Installs a package into a new project, with the packages that its README installs and its example imports. */
export const install = (project: Project, temporaryFolder: string): Consumer => {
  const folder = join(temporaryFolder, project.name);
  installInto(folder, wantedBy(project).keys(), temporaryFolder);
  return { folder, project, entries: entriesOf(project) };
};
