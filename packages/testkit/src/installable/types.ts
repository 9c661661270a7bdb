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

/** Files of packages are parsed once for all programs of a project, and files of the compiler once for all. */
const host = (options: ts.CompilerOptions, project: string): ts.CompilerHost => {
  const own = ts.createCompilerHost(options);
  const read = own.getSourceFile.bind(own);
  own.getSourceFile = (path, version, ...rest) => {
    if (!/[\\/]node_modules[\\/]/.test(path)) return read(path, version, ...rest);
    const files = parsedFiles(project, path);
    if (!files.has(path)) files.set(path, read(path, version, ...rest));
    return files.get(path);
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

/**
 * The compiler's diagnostics for the files of a project and the declarations of one package: checking the DOM library
 * alone takes seconds, and each of our packages is checked where it is installed alone.
 */
const diagnosticsOf = (program: ts.Program, declarationsOf: string | undefined): ts.Diagnostic[] => [
  ...program.getOptionsDiagnostics(),
  ...program
    .getSourceFiles()
    .filter(
      ({ fileName }) => !fileName.includes('/node_modules/') || fileName.includes(`/node_modules/${declarationsOf}/`),
    )
    .flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ...program.getGlobalDiagnostics(),
];

/**
 * The compiler's errors in the files of a project. With `declarationsOf` the declarations of that package are checked
 * too, without Node's types, as in a project for pages; otherwise only the files are checked, with Node's types.
 */
export const typeErrors = (paths: string[], resolution: Resolution, declarationsOf?: string): string[] => {
  const options = optionsOf(resolution, declarationsOf === undefined);
  const program = ts.createProgram(paths, options, host(options, dirname(paths[0]!)));
  const diagnostics = diagnosticsOf(program, declarationsOf);
  return diagnostics.map(({ file, start, messageText }) => {
    const location =
      file && start !== undefined ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1} ` : '';
    return location + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
};
