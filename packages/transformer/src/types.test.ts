import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Checks `test/types`: twelve blocks of different parts, and a list of mistakes that must not compile. */
const compile = () => {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const project = fileURLToPath(new URL('../test/types/tsconfig.json', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', project, '--extendedDiagnostics'], {
    encoding: 'utf8',
  });
  const errors = stdout.split('\n').filter(line => /error TS\d+/.test(line));
  const count = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)$`, 'm').exec(stdout)?.[1]);
  return { errors, types: count('Types'), instantiations: count('Instantiations') };
};

test('a composition of twelve blocks costs the compiler few types, and mistakes do not compile', () => {
  const { errors, types, instantiations } = compile();
  expect(errors).toEqual([]);
  // The compiler's own counts are the same on every machine: 20,000 types and 40,000 instantiations are two seconds of
  // checking on a quiet one.
  expect(types).toBeLessThan(30_000);
  expect(instantiations).toBeLessThan(60_000);
});
