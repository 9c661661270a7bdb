import ts from 'typescript';
import { expect, test } from 'vitest';
import { lineOf, parse } from './imports.js';
import { packages, publishedSources, relativePath } from './workspace.js';

const isExported = (statement: ts.Statement) =>
  ts.canHaveModifiers(statement) &&
  ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

const hasDoc = (node: ts.Node) => ts.getJSDocCommentsAndTags(node).length > 0;

const nameOf = (statement: ts.Statement): string => {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  return (statement as ts.Statement & { name?: ts.Identifier }).name?.text ?? 'default';
};

/** The first of several signatures of a function has the documentation of all. */
const isFurtherSignature = (statement: ts.Statement, before: ts.Statement | undefined) =>
  ts.isFunctionDeclaration(statement) &&
  before !== undefined &&
  ts.isFunctionDeclaration(before) &&
  before.name?.text === statement.name?.text;

test('every export has a doc comment', () => {
  const wrong = packages()
    .filter(({ manifest }) => manifest.private !== true)
    .flatMap(publishedSources)
    .flatMap(path => {
      const file = parse(path);
      return file.statements
        .filter(
          (statement, index) => isExported(statement) && !isFurtherSignature(statement, file.statements[index - 1]),
        )
        .filter(statement => !hasDoc(statement))
        .map(statement => `${relativePath(path)}:${lineOf(file, statement)} ${nameOf(statement)}`);
    });
  expect(wrong).toEqual([]);
});

/** Types of options, by the ends of their names, and the types that they extend. */
const isOptions = (type: ts.InterfaceDeclaration) =>
  (isExported(type) && /(Options|Parts|Sizes|Ids)$/.test(type.name.text)) ||
  ['Sizes', 'VectorTableInput', 'HeadOptions', 'Adjustments', 'LengthAdjustments', 'Filters', 'ReportOptions'].includes(
    type.name.text,
  );

/** The options inside an option, such as those of `checkpoint`. */
const membersIn = (member: ts.TypeElement): readonly ts.TypeElement[] =>
  ts.isPropertySignature(member) && member.type && ts.isTypeLiteralNode(member.type) ? [...member.type.members] : [];

test('every option has a doc comment, so that an editor can show it', () => {
  const wrong = packages()
    .filter(({ manifest }) => manifest.private !== true && manifest.bin === undefined)
    .flatMap(publishedSources)
    .flatMap(path => {
      const file = parse(path);
      const types = file.statements.filter(ts.isInterfaceDeclaration).filter(isOptions);
      return types.flatMap(type =>
        type.members
          .flatMap(member => [member, ...membersIn(member)])
          .filter(member => ts.isPropertySignature(member) && !hasDoc(member))
          .map(member => `${relativePath(path)}:${lineOf(file, member)} ${type.name.text}.${member.name?.getText()}`),
      );
    });
  expect(wrong).toEqual([]);
});
