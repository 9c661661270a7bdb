import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Manifest, packages } from '../repository/workspace.js';

/** The folder, beside a project, of packages of others that npm unpacked for an earlier project. */
const sharedFolder = (project: string): string => join(dirname(project), 'shared');

/** Makes a folder with the same files as another one: links, because unpacking takes npm seconds. */
const linkFolder = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isFile()) linkSync(source, target);
  }
};

const manifestIn = (folder: string): Manifest | undefined => {
  const path = join(folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : undefined;
};

/**
 * Links what packages declare to depend on, and nothing else, into a new project, as far as an earlier project has it.
 * npm then takes what satisfies it and unpacks the rest.
 */
export const linkDependencies = (project: string, wanted: Iterable<string>): void => {
  const ours = new Map(packages().map(({ manifest }) => [manifest.name, manifest]));
  const shared = sharedFolder(project);
  const declared = new Set(wanted);
  for (const name of declared) {
    const found = ours.get(name) ?? manifestIn(join(shared, name));
    const needed = { ...found?.dependencies, ...found?.peerDependencies };
    for (const dependency of Object.keys(needed)) declared.add(dependency);
    if (found && !ours.has(name)) linkFolder(join(shared, name), join(project, 'node_modules', name));
  }
};

/** The packages of others that lie side by side in `node_modules`. */
const installedPackages = (modules: string): string[] =>
  readdirSync(modules)
    .filter(name => !name.startsWith('.') && name !== '@residual')
    .flatMap(name => (name.startsWith('@') ? readdirSync(join(modules, name)).map(part => `${name}/${part}`) : [name]));

/** Lets later projects link the packages of others that npm installed into this one. */
export const shareDependencies = (project: string): void => {
  const [modules, shared] = [join(project, 'node_modules'), sharedFolder(project)];
  for (const name of installedPackages(modules).filter(name => !existsSync(join(shared, name)))) {
    const complete = mkdtempSync(join(dirname(project), 'sharing-'));
    linkFolder(join(modules, name), complete);
    mkdirSync(dirname(join(shared, name)), { recursive: true });
    try {
      renameSync(complete, join(shared, name));
    } catch {
      rmSync(complete, { recursive: true }); // another process was first
    }
  }
};
