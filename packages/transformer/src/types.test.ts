import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from '@residual/testkit/typescript';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../test/types', import.meta.url));

/** Checks `test/types`: twelve blocks of different parts, and a list of mistakes that must not compile. */
const compile = () => {
  const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const program = ts.createProgram(fileNames, options);
  // The files of the packages are checked elsewhere; here only for what these need of them.
  const files = fileNames.map(name => program.getSourceFile(name)!);
  const diagnostics = files.flatMap(file => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  const errors = diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  return { files, errors, types: program.getTypeCount(), instantiations: program.getInstantiationCount() };
};

test('a composition of twelve blocks costs the compiler few types, and mistakes do not compile', () => {
  const { files, errors, types, instantiations } = compile();
  expect(files).toHaveLength(readdirSync(folder).filter(name => name.endsWith('.ts')).length);
  expect(errors).toEqual([]);
  // The compiler's own counts are the same on every machine; these are 2,900 and 4,500.
  expect(types).toBeLessThan(4000);
  expect(instantiations).toBeLessThan(6000);
});
