import ts from 'typescript';
import { expect, test } from 'vitest';
import { lineOf, parse } from './imports.js';
import { packages, published, shown } from './workspace.js';

const isExported = (statement: ts.Statement) =>
  ts.canHaveModifiers(statement) &&
  ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

const hasDoc = (node: ts.Node) => ts.getJSDocCommentsAndTags(node).length > 0;

const nameOf = (statement: ts.Statement): string => {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  return (statement as ts.Statement & { name?: ts.Identifier }).name?.text ?? 'default';
};

/** The first of several signatures of one function carries the words for all. */
const isFurtherSignature = (statement: ts.Statement, before: ts.Statement | undefined) =>
  ts.isFunctionDeclaration(statement) &&
  before !== undefined &&
  ts.isFunctionDeclaration(before) &&
  before.name?.text === statement.name?.text;

test('every export says what it is', () => {
  const wrong = packages()
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap(published)
    .flatMap(path => {
      const file = parse(path);
      return file.statements
        .filter(
          (statement, index) => isExported(statement) && !isFurtherSignature(statement, file.statements[index - 1]),
        )
        .filter(statement => !hasDoc(statement))
        .map(statement => `${shown(path)}:${lineOf(file, statement)} ${nameOf(statement)}`);
    });
  expect(wrong).toEqual([]);
});
