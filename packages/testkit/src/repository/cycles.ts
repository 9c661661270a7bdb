import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import ts from 'typescript';
import { parse } from './imports.js';

/** The files that a file imports or re-exports by relative paths, without type-only imports. */
export const valueImportsOf = (path: string): string[] => {
  const isType = (statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, isTypeOnly } = statement;
      const named = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : undefined;
      return isTypeOnly || (named !== undefined && named.length > 0 && named.every(each => each.isTypeOnly));
    }
    const clause = statement.importClause;
    if (!clause) return false;
    if (clause.isTypeOnly) return true;
    const named = clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
    return !clause.name && named.length > 0 && named.every(each => each.isTypeOnly);
  };
  return parse(path).statements.flatMap(statement => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier) || isType(statement)) return [];
    if (!moduleSpecifier.text.startsWith('.')) return [];
    const file = resolve(dirname(path), moduleSpecifier.text.replace(/\.js$/, '.ts'));
    return existsSync(file) ? [file] : [];
  });
};

/** The cycles of a graph: each set of nodes that reach each other, in the order of the graph (Tarjan 1972). */
export const cyclesOf = (graph: ReadonlyMap<string, readonly string[]>): string[][] => {
  const [index, low] = [new Map<string, number>(), new Map<string, number>()];
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (node: string): void => {
    const own = index.size;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== own) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1 || graph.get(node)?.includes(node)) cycles.push(component);
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return cycles;
};
