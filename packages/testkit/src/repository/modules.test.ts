import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { lineOf, parse, walk } from './imports.js';
import { type Project, packages, publishedSources, relativePath } from './workspace.js';

/** Packages without side effects, whose unused exports bundlers remove. */
const shaken = packages().filter(
  ({ manifest }) => manifest.private !== true && manifest.sideEffects === false && manifest.bin === undefined,
);

/** Modules whose purpose is a side effect, by name: entries of a command or a worker. */
const isEntry = (path: string) => /[\\/](bin|worker-entry|main)\.ts$/.test(path);

const isContents = (statement: ts.Statement) =>
  ts.isExportDeclaration(statement) && (statement.moduleSpecifier !== undefined || !statement.exportClause);

test('an index is a table of contents: exports from other files and nothing else', () => {
  const isData = (folder: string) => ['model', 'data'].some(data => existsSync(join(folder, data)));
  const codePackages = shaken.filter(({ folder }) => !isData(folder)); // A data package is its index.
  const wrong = codePackages.flatMap(({ folder }) => {
    const path = join(folder, 'src', 'index.ts');
    const file = parse(path);
    return file.statements
      .filter(statement => !isContents(statement) && !ts.isExportDeclaration(statement))
      .map(statement => `${relativePath(path)}:${lineOf(file, statement)}`);
  });
  expect(wrong).toEqual([]);
});

const isPure = (file: ts.SourceFile, node: ts.Node) =>
  (ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? []).some(({ pos, end }) =>
    file.text.slice(pos, end).includes('__PURE__'),
  ) || /__PURE__\s*\*\/\s*$/.test(file.text.slice(0, node.getStart(file)));

/** Calls at import time that a bundler must keep. */
const effects = (file: ts.SourceFile): ts.Node[] => {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node) =>
    walk(node, inner => {
      if (ts.isFunctionLike(inner) || ts.isTypeNode(inner)) return false;
      if (ts.isPropertyDeclaration(inner) && !inner.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword))
        return false;
      const called = ts.isCallExpression(inner) || ts.isNewExpression(inner) || ts.isTaggedTemplateExpression(inner);
      if (called && isPure(file, inner)) return false;
      if (called || ts.isAwaitExpression(inner)) found.push(inner);
      return undefined;
    });
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement) || ts.isClassDeclaration(statement) || ts.isExportAssignment(statement))
      visit(statement);
    if (ts.isEnumDeclaration(statement) || ts.isExpressionStatement(statement) || ts.isBlock(statement))
      found.push(statement);
    if (ts.isIfStatement(statement) || ts.isIterationStatement(statement, false) || ts.isTryStatement(statement))
      found.push(statement);
  }
  return found;
};

const sideEffects = (project: Project): string[] =>
  publishedSources(project)
    .filter(path => !isEntry(path))
    .flatMap(path => {
      const file = parse(path);
      return effects(file).map(
        node => `${relativePath(path)}:${lineOf(file, node)} ${node.getText(file).slice(0, 60).split('\n')[0]}`,
      );
    });

test('importing a module runs no code that a bundler must keep', () => {
  expect(shaken.flatMap(sideEffects)).toEqual([]);
});
