import { dirname, join } from 'node:path';
import ts from 'typescript';
import { root } from '../repository/workspace.js';

type Files = Map<string, ts.SourceFile | undefined>;

const common: Files = new Map();
let installed: { project: string; files: Files } = { project: '', files: new Map() };

/** Parsed files by path: the files of one project, and those that all projects share. */
const parsedFiles = (project: string, path: string): Files => {
  if (!path.startsWith(project)) return common;
  if (installed.project !== project) installed = { project, files: new Map() };
  return installed.files;
};

/** Package files are parsed once for all programs with the same resolution, and files of the compiler once for all. */
const host = (options: ts.CompilerOptions, project: string): ts.CompilerHost => {
  const own = ts.createCompilerHost(options);
  const read = own.getSourceFile.bind(own);
  own.getSourceFile = (path, version, ...rest) => {
    if (!/[\\/]node_modules[\\/]/.test(path)) return read(path, version, ...rest);
    const files = parsedFiles(project, path);
    const key = /[\\/]typescript[\\/]lib[\\/]/.test(path) ? path : `${options.moduleResolution} ${path}`;
    if (!files.has(key)) files.set(key, read(path, version, ...rest));
    return files.get(key);
  };
  return own;
};

/** The module resolution of a consumer's compiler. */
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

/** Whether a file belongs to this repository; errors in the declarations of other packages are not ours to fix. */
const isOurs = ({ fileName }: ts.SourceFile) =>
  !fileName.includes('/node_modules/') || fileName.includes('/node_modules/@residual/');

/** The compiler's diagnostics for our files only: checking the DOM library alone takes seconds. */
const diagnosticsOf = (program: ts.Program): ts.Diagnostic[] => [
  ...program.getOptionsDiagnostics(),
  ...program
    .getSourceFiles()
    .filter(isOurs)
    .flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ...program.getGlobalDiagnostics(),
];

/**
 * The compiler's errors in the files of a project. Without Node's types, as in a project for pages, our declarations
 * are checked too; with them only the files.
 */
export const typeErrors = (paths: string[], resolution: Resolution, withNode: boolean): string[] => {
  const options = optionsOf(resolution, withNode);
  const diagnostics = diagnosticsOf(ts.createProgram(paths, options, host(options, dirname(paths[0]!))));
  return diagnostics.map(({ file, start, messageText }) => {
    const location =
      file && start !== undefined ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1} ` : '';
    return location + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
};
