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
  return { errors, checkSeconds: Number(/Check time:\s+([\d.]+)s/.exec(stdout)?.[1]) };
};

test('a composition of twelve blocks type-checks in under 5 s, and mistakes do not compile', () => {
  const { errors, checkSeconds: first } = compile();
  let checkSeconds = first;
  expect(errors).toEqual([]);
  // Other tests run at the same time, so the quickest of three counts.
  for (let again = 0; again < 2 && checkSeconds >= 5; again++)
    checkSeconds = Math.min(checkSeconds, compile().checkSeconds);
  expect(checkSeconds).toBeLessThan(5);
});
