import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from '../repository/workspace.js';

/** Makes a folder with the same files as another one: links, because unpacking takes npm seconds. */
const linkFolder = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isFile()) linkSync(source, target);
  }
};

interface Dependent extends Manifest {
  optionalDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

/** What npm installs beside a package, and what it may leave out. */
const neededBy = ({ dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies }: Dependent) => {
  const peers = Object.keys(peerDependencies ?? {}).filter(name => peerDependenciesMeta?.[name]?.optional !== true);
  const optional = Object.keys(optionalDependencies ?? {});
  const needed = [...Object.keys(dependencies ?? {}), ...peers].filter(name => !optional.includes(name));
  return { needed, optional };
};

/** The packages inside a folder of packages, by name; those of an organization are `@scope/name`. */
const packagesIn = (modules: string): string[] =>
  existsSync(modules)
    ? readdirSync(modules)
        .filter(name => !name.startsWith('.'))
        .flatMap(name =>
          name.startsWith('@') ? readdirSync(join(modules, name)).map(part => `${name}/${part}`) : [name],
        )
    : [];

/**
 * Installs packages of the project `installed` into a new one as npm would: them, what they declare to depend on, and
 * nothing else. What npm put into a package's own folder goes along with it.
 */
export const linkPackages = (installed: string, project: string, wanted: Iterable<string>): void => {
  const [from, to] = [join(installed, 'node_modules'), join(project, 'node_modules')];
  const names = new Set<string>(wanted);
  /** Adds what a package in `folder` needs from the folder of all packages. */
  const addNeeded = (folder: string) => {
    const { needed, optional } = neededBy(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Dependent);
    const own = join(folder, 'node_modules');
    for (const name of needed) if (!existsSync(join(own, name))) names.add(name);
    for (const name of optional) if (existsSync(join(from, name))) names.add(name);
    for (const name of packagesIn(own)) addNeeded(join(own, name));
  };
  for (const name of names) {
    const folder = join(from, name);
    if (!existsSync(folder)) throw new Error(`installable: ${name} is needed in ${project}, and npm installed none`);
    mkdirSync(dirname(join(to, name)), { recursive: true });
    linkFolder(folder, join(to, name));
    addNeeded(folder);
  }
};
