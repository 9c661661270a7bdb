import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The imports of a file: static, type-only, re-exported, and dynamic with a constant name. */
export const importsOf = (path: string): string[] => {
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => fileName);
};

/** The package of an import: `@residual/model` for `@residual/model/worker`; undefined for a relative one. */
export const packageOf = (specifier: string): string | undefined => {
  if (/^[./]/.test(specifier)) return undefined;
  const [first = '', second] = specifier.split('/');
  return first.startsWith('@') && second !== undefined ? `${first}/${second}` : first;
};

/** The syntax tree of a file, with parents. */
export const parse = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);

/** Visits a node and its descendants; a visitor that returns false skips the descendants. */
export const walk = (node: ts.Node, visit: (node: ts.Node) => unknown): void => {
  if (visit(node) === false) return;
  ts.forEachChild(node, child => walk(child, visit));
};

/** The line of a node, counted from 1. */
export const lineOf = (file: ts.SourceFile, node: ts.Node): number =>
  file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
