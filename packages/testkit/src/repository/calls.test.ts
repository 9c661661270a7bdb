import ts from 'typescript';
import { expect, test } from 'vitest';
import { importsOf, lineOf, parse, walk } from './imports.js';
import { apps, packages, publishedSources, relativePath } from './workspace.js';

/** Calls and options that fail on some backend or wait for the GPU, and the alternative. */
const banned: Record<string, string> = {
  einsum: 'no kernel on wasm and no gradient: matMul and transpose',
  dataSync: 'waits for the graphics card, throws on WebGPU in Node: await data()',
  arraySync: 'waits for the graphics card, throws on WebGPU in Node: await data()',
  bandPart: 'has no gradient: a mask',
  batchDims: 'reads out of bounds on wasm: one-hot times x, or flat indices',
};

const files = [...packages().filter(({ name }) => name !== 'testkit'), ...apps()].flatMap(publishedSources);

/** An attribute of a kernel with a neutral value: `batchDims: 0`. */
const isZero = ({ parent }: ts.Node) =>
  (ts.isPropertyAssignment(parent) && parent.initializer.getText() === '0') ||
  (ts.isPropertySignature(parent) && parent.type?.getText() === '0');

const isUse = (node: ts.Node): node is ts.Identifier =>
  ts.isIdentifier(node) && Object.hasOwn(banned, node.text) && !isZero(node);

test('no file uses calls that fail on a backend', () => {
  const wrong: string[] = [];
  for (const path of files) {
    const file = parse(path);
    walk(file, node => {
      if (isUse(node)) wrong.push(`${relativePath(path)}:${lineOf(file, node)} ${node.text}: ${banned[node.text]}`);
    });
  }
  expect(wrong).toEqual([]);
});

test('no file casts to bool, which keeps 2 on wasm; use notEqual(x, 0)', () => {
  const wrong: string[] = [];
  for (const path of files) {
    const file = parse(path);
    walk(file, node => {
      if (!ts.isCallExpression(node) || !/(^|\.)cast$/.test(node.expression.getText(file))) return;
      const type = node.arguments[1];
      if (type && ts.isStringLiteral(type) && type.text === 'bool')
        wrong.push(`${relativePath(path)}:${lineOf(file, node)}`);
    });
  }
  expect(wrong).toEqual([]);
});

test('no file imports chained ops or the union package, except the stock peers of the bench', () => {
  const ours = files.filter(path => !relativePath(path).startsWith('packages/bench/'));
  const wrong = ours.flatMap(path =>
    importsOf(path)
      .filter(name => /^@tensorflow\/tfjs$|register_all|chained_ops/.test(name))
      .map(name => `${relativePath(path)} imports ${name}`),
  );
  expect(wrong).toEqual([]);
});
