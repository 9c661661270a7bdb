import { dirname, join } from 'node:path';
import ts from 'typescript';
import { root } from '../repository/workspace.js';

type Files = Map<string, ts.SourceFile | undefined>;

const shared: Files = new Map();
let installed: { project: string; files: Files } = { project: '', files: new Map() };

/** The files that programs of a project share: those of the compiler and of Node's types for all projects, installed ones for its own. */
const sharedBy = (project: string, path: string): Files | undefined => {
  if (!/[\\/]node_modules[\\/]/.test(path)) return undefined;
  if (!path.startsWith(project)) return shared;
  if (installed.project !== project) installed = { project, files: new Map() };
  return installed.files;
};

/** Files of packages are parsed once for all programs that find packages the same way. */
const host = (options: ts.CompilerOptions, project: string): ts.CompilerHost => {
  const own = ts.createCompilerHost(options);
  const read = own.getSourceFile.bind(own);
  own.getSourceFile = (path, version, ...rest) => {
    const files = sharedBy(project, path);
    const key = `${options.moduleResolution} ${path}`;
    if (!files?.has(key)) {
      const file = read(path, version, ...rest);
      if (files === undefined) return file;
      files.set(key, file);
    }
    return files.get(key);
  };
  return own;
};

/** How the consumer's compiler finds packages. */
export type Resolution = 'node16' | 'bundler';

const optionsOf = (resolution: Resolution, withNode: boolean): ts.CompilerOptions => ({
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  types: withNode ? ['node'] : [],
  typeRoots: [join(root, 'node_modules', '@types')],
  skipLibCheck: withNode,
  ...(resolution === 'node16'
    ? { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 }
    : { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }),
});

/** What others declare is theirs to repair. */
const isOurs = (path: string) => !path.includes('/node_modules/') || path.includes('/node_modules/@residual/');

/**
 * What the compiler says about files of a project. Without Node's types our declarations are checked too, as a page's
 * project might; with them only the files.
 */
export const typeErrors = (paths: string[], resolution: Resolution, withNode: boolean): string[] => {
  const options = optionsOf(resolution, withNode);
  const program = ts.createProgram(paths, options, host(options, dirname(paths[0]!)));
  const found = ts.getPreEmitDiagnostics(program).filter(({ file }) => !file || isOurs(file.fileName));
  return found.map(({ file, start, messageText }) => {
    const place =
      file && start !== undefined ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1} ` : '';
    return place + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
};
