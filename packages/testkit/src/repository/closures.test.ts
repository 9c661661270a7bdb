import ts from 'typescript';
import { expect, test } from 'vitest';
import { lineOf, parse, walk } from './imports.js';
import { apps, isTest, packages, relativePath, sources } from './workspace.js';

/** The largest number of lines of a function: about two screens. */
const maxLines = 100;

/** The functions of a file that are too long, with their lines: `path:line name: 120 lines`. */
const longFunctions = (path: string, file: ts.SourceFile, limit = maxLines): string[] => {
  const found: string[] = [];
  walk(file, node => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const lines = file.getLineAndCharacterOfPosition(node.end).line + 2 - lineOf(file, node);
    const name = node.name?.getText(file) ?? 'a function';
    if (lines > limit) found.push(`${path}:${lineOf(file, node)} ${name}: ${lines} lines`);
  });
  return found;
};

test('no function of the apps, appkit and elements has more than 100 lines: split it into named functions', () => {
  const projects = [...apps(), ...packages().filter(({ name }) => name === 'appkit' || name === 'elements')];
  const files = projects.flatMap(sources).filter(path => !isTest(path));
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(path => longFunctions(relativePath(path), parse(path)))).toEqual([]);
});

test('a long function is reported with its file, line, name and length; a class of short methods is not', () => {
  const text = `
class View {
  short() {
    return 1;
  }
  long() {
    const inner = () => 2;
    return inner();
  }
}
function outer() {
  return 3;
}
const arrow = () => {
  outer();
  return 4;
};
`;
  const file = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true);
  expect(longFunctions('a.ts', file, 3)).toEqual(['a.ts:6 long: 4 lines', 'a.ts:14 a function: 4 lines']);
});
