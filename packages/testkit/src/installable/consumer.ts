import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmScript, ownEnvironment } from '../../../../scripts/lib/npm.mjs';
import { type Project, packages } from '../repository/workspace.js';
import { type Example, packagesOf } from './example.js';
import { tarballName } from './pack.js';
import type { Readme } from './readme.js';
import { runNode } from './run.js';
import { linkDependencies, shareDependencies } from './shared-packages.js';

/** An entry point of a package: `@residual/model/worker`. */
export interface EntryPoint {
  specifier: string;
  inBrowser: boolean;
}

/** An npm project outside the repository with one installed package, as its README says. */
export interface Consumer {
  folder: string;
  project: Project;
  entries: EntryPoint[];
}

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
export const installInto = async (folder: string, wanted: ReadonlyMap<string, string | undefined>): Promise<void> => {
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
  linkDependencies(folder, wanted.keys());
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
  shareDependencies(folder);
};

/** Installs a package into a new project, with the packages that its README installs and its example imports. */
export const install = async (
  project: Project,
  readme: Readme | undefined,
  example: Example | undefined,
  temporaryFolder: string,
): Promise<Consumer> => {
  const folder = join(temporaryFolder, project.name);
  const imported = example ? packagesOf(example) : [];
  const wanted = new Map<string, string | undefined>(
    [project.manifest.name, ...imported].map(name => [name, undefined]),
  );
  for (const [name, version] of readme?.install ?? []) wanted.set(name, version);
  await installInto(folder, wanted);
  return { folder, project, entries: entriesOf(project) };
};
