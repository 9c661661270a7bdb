import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { importsOf, packageOf } from '../repository/imports.js';
import { type Project, root } from '../repository/workspace.js';
import type { Consumer } from './consumer.js';
import { runNode } from './run.js';

/** The example folder of a package: scripts for Node, or a page if it has an index.html. */
export interface Example {
  folder: string;
  scripts: string[];
  isPage: boolean;
}

/** The example of a package, or undefined where there is none. */
export const readExample = ({ folder }: Project): Example | undefined => {
  const example = join(folder, 'example');
  if (!existsSync(example)) return undefined;
  const names = readdirSync(example);
  const scripts = names.filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return { folder: example, scripts, isPage: names.includes('index.html') };
};

/** The packages that an example imports, which a user of the example installs. */
export const packagesOf = ({ folder, scripts }: Example): string[] =>
  scripts
    .flatMap(name => importsOf(join(folder, name)))
    .filter(name => !name.startsWith('node:'))
    .flatMap(name => packageOf(name) ?? []);

/** Copies an example into a project. */
export const copyExample = ({ folder }: Consumer, example: Example): string => {
  const copy = join(folder, 'example');
  cpSync(example.folder, copy, { recursive: true });
  return copy;
};

const checkpoint = join(root, 'fixtures', 'models', 'stories260k');

/** The arguments of the usage line `node NAME.js ...` of a script, with the paths of a checkpoint filled in. */
const argumentsOf = (copy: string, name: string): string[] => {
  const [, usage = ''] = /\bnode \S+\.js ?(.*?)(?:\*\/)?$/m.exec(readFileSync(join(copy, name), 'utf8')) ?? [];
  return [...usage.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => {
    const path = join(checkpoint, plain);
    return quoted ?? (existsSync(path) ? path : plain);
  });
};

/** Runs a script of a copied example in Node. Returns its output if it fails, else an empty text. */
export const runExample = async ({ folder }: Consumer, copy: string, name: string): Promise<string> => {
  const outfile = join(copy, `${name}.mjs`);
  const entryPoints = [join(copy, name)];
  await build({
    entryPoints,
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const { code, output } = await runNode([outfile, ...argumentsOf(copy, name)], folder, 180);
  return code === 0 ? '' : `ended with ${code}\n${output}`;
};
