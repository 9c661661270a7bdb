import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../repository/workspace.js';

const libraries = new Map<string, ts.SourceFile | undefined>();

/** Source files of TypeScript's own libraries are parsed once for all programs. */
const host = (options: ts.CompilerOptions): ts.CompilerHost => {
  const own = ts.createCompilerHost(options);
  const read = own.getSourceFile.bind(own);
  own.getSourceFile = (path, version, ...rest) => {
    if (!/[\\/]typescript[\\/]lib[\\/]/.test(path)) return read(path, version, ...rest);
    if (!libraries.has(path)) libraries.set(path, read(path, version, ...rest));
    return libraries.get(path);
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
  const program = ts.createProgram(paths, options, host(options));
  const found = ts.getPreEmitDiagnostics(program).filter(({ file }) => !file || isOurs(file.fileName));
  return found.map(({ file, start, messageText }) => {
    const place =
      file && start !== undefined ? `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1} ` : '';
    return place + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
};
