import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const root: string = fileURLToPath(new URL('../../../../', import.meta.url));

/** The fields of a package.json that tests read. */
export interface Manifest {
  name: string;
  version: string;
  description?: string;
  license?: string;
  homepage?: string;
  bugs?: string;
  repository?: { url?: string; directory?: string };
  private?: boolean;
  type?: string;
  sideEffects?: boolean | string[];
  files?: string[];
  bin?: Record<string, string>;
  exports?: Record<string, string | Record<string, string>>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  /** The fields for the page of an app, in addition to the description; CONTRIBUTING.md says what they are. */
  demo?: { title?: string; path?: string; order?: number };
}

/** A package or an app of the workspace. */
export interface Project {
  /** The folder's name: `tensor`. */
  name: string;
  folder: string;
  manifest: Manifest;
}

const projectsIn = (parent: string): Project[] => {
  const folder = join(root, parent);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .filter(name => existsSync(join(folder, name, 'package.json')))
    .map(name => ({
      name,
      folder: join(folder, name),
      manifest: JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as Manifest,
    }));
};

/** Everything under packages/. */
export const packages = (): Project[] => projectsIn('packages');

/** Everything under apps/. */
export const apps = (): Project[] => projectsIn('apps');

const generated = new Set(['node_modules', 'dist', '.git', '.turbo', '.residual', 'coverage']);

/** All files below a folder as absolute paths, without generated files. */
export const filesBelow = (folder: string): string[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
        if (entry.isDirectory()) return generated.has(entry.name) ? [] : filesBelow(join(folder, entry.name));
        return entry.isFile() ? [join(folder, entry.name)] : [];
      });

/** A path for messages: relative to the root, with `/`. */
export const relativePath = (path: string): string => relative(root, path).split(sep).join('/');

/** Whether a file is a test, or in a folder of shared test code. */
export const isTest = (path: string): boolean => /\.test\.ts$|[\\/]src[\\/]testing[\\/]/.test(path);

/** The TypeScript files of a project's src folder. */
export const sources = (project: Project): string[] =>
  filesBelow(join(project.folder, 'src')).filter(path => /\.tsx?$/.test(path));

/** The published TypeScript files of a project's src folder, without tests. */
export const publishedSources = (project: Project): string[] => sources(project).filter(path => !isTest(path));
