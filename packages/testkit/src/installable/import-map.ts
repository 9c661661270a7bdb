import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';
import { importsOf, packageOf } from '../repository/imports.js';
import type { Manifest } from '../repository/workspace.js';

const conditions = ['browser', 'import', 'default'];

/** The file of a specifier of one of our installed packages in a browser. */
const fileOf = (project: string, specifier: string): string => {
  const name = packageOf(specifier)!;
  const folder = join(project, 'node_modules', name);
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const target = exports[`.${specifier.slice(name.length)}`];
  const path = typeof target === 'string' ? target : conditions.map(condition => target?.[condition]).find(Boolean);
  if (path === undefined) throw new Error(`import map: ${specifier} is not exported for browsers`);
  return join(folder, path);
};

type Target = string | { [condition: string]: Target };

/** The file of a package's internal import (`#platform`) in a browser. */
const internalFile = (path: string, name: string): string => {
  const folder = path.slice(0, path.indexOf(`${sep}dist${sep}`));
  const { imports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    imports?: Record<string, Target>;
  };
  let target = imports?.[name];
  while (typeof target === 'object') {
    const choices: Record<string, Target> = target;
    target = conditions.map(condition => choices[condition]).find(Boolean);
  }
  if (target === undefined) throw new Error(`import map: ${name} means nothing for browsers in ${folder}`);
  return join(folder, target);
};

/** The packages that one of our files imports, directly or through our other files. */
const collectImports = (
  project: string,
  path: string,
  modules: Map<string, string | undefined>,
  visited: Set<string>,
): void => {
  if (visited.has(path)) return;
  visited.add(path);
  for (const name of importsOf(path)) {
    if (name.startsWith('node:')) continue;
    const isOurs = packageOf(name)?.startsWith('@residual/');
    if (name.startsWith('.')) collectImports(project, join(dirname(path), name), modules, visited);
    else if (name.startsWith('#')) {
      const file = internalFile(path, name);
      if ((modules.get(name) ?? file) !== file) throw new Error(`import map: ${name} means two files`);
      modules.set(name, file);
      collectImports(project, file, modules, visited);
    } else if (!isOurs) modules.set(name, undefined);
    else {
      modules.set(name, fileOf(project, name));
      collectImports(project, fileOf(project, name), modules, visited);
    }
  }
};

/** Bundled modules of other packages by name, version and what they import from others; projects share them. */
const bundledModules = new Map<string, Uint8Array>();

/** Bundles a package of a project to one module that imports `others`. */
const bundleModule = async (project: string, name: string, others: readonly string[]): Promise<Uint8Array> => {
  const manifest = readFileSync(join(project, 'node_modules', packageOf(name)!, 'package.json'), 'utf8');
  const key = JSON.stringify([name, (JSON.parse(manifest) as Manifest).version, others]);
  const bundled = bundledModules.get(key);
  if (bundled) return bundled;
  const { outputFiles } = await build({
    entryPoints: [name],
    absWorkingDir: project,
    bundle: true,
    format: 'esm',
    external: [...others],
    logLevel: 'error',
    write: false,
  });
  bundledModules.set(key, outputFiles[0]!.contents);
  return outputFiles[0]!.contents;
};

/**
 * Creates `with-script.html` in a project: our files unbundled, loaded by `<script type="module">` with an import map.
 * Other packages are bundled to one module each, like on a content delivery network.
 */
export const writeScriptPage = async (project: string): Promise<void> => {
  const modules = new Map<string, string | undefined>();
  collectImports(project, join(project, 'entry.js'), modules, new Set());
  const external = [...modules].filter(([, path]) => path === undefined).map(([name]) => name);
  const vendor = (name: string) => `vendor/${name.replace(/\W+/g, '-')}.js`;
  mkdirSync(join(project, 'vendor'), { recursive: true });
  for (const name of external) {
    const others = external.filter(other => other !== name).sort();
    writeFileSync(join(project, vendor(name)), await bundleModule(project, name, others));
  }
  const url = (name: string, path: string | undefined) =>
    `/${path === undefined ? vendor(name) : relative(project, path).split(sep).join('/')}`;
  const imports = Object.fromEntries([...modules].map(([name, path]) => [name, url(name, path)]));
  const html = `<!doctype html><html><head><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="/entry.js"></script></head><body></body></html>`;
  writeFileSync(join(project, 'with-script.html'), html);
};
