import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from '@residual/testkit/typescript';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../test/ports', import.meta.url));
const nodeTypes = dirname(dirname(createRequire(import.meta.url).resolve('@types/node/package.json')));

/** The errors of the compiler for a file in a project with these libraries. */
const errorsOf = (name: string, libraries: readonly string[], types: readonly string[]) => {
  const path = join(folder, name);
  const program = ts.createProgram([path], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: libraries.map(library => `lib.${library}.d.ts`),
    types: [...types],
    typeRoots: [nodeTypes],
  });
  const file = program.getSourceFile(path);
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, '\n'),
  );
};

test.each([
  ['page.ts', ['es2022', 'dom'], []],
  ['worker.ts', ['es2022', 'webworker'], []],
  ['node.ts', ['es2022'], ['node']],
  ['node.ts', ['es2022', 'dom'], ['node']],
])('the ports of %s fit without a cast under the libraries %j and the types %j', (name, libraries, types) => {
  expect(errorsOf(name, libraries, types)).toEqual([]);
});
