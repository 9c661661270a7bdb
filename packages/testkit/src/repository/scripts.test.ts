import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test, vi } from 'vitest';
import { runNode } from '../../../../scripts/lib/run.mjs';
import { count, failedFiles, failures, summary } from '../../../../scripts/lib/summary.mjs';
import { parse } from './imports.js';
import { filesBelow, relativePath, root } from './workspace.js';

const scripts = join(root, 'scripts');

test('scripts import built-in modules and each other; packages only once they are installed', () => {
  const wrong = filesBelow(scripts)
    .filter(path => /\.(mjs|cjs)$/.test(path))
    .flatMap(path => {
      const statements = parse(path).statements.filter(ts.isImportDeclaration);
      const names = statements.map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text);
      return names.filter(name => !/^(node:|\.)/.test(name)).map(name => `${relativePath(path)} imports ${name}`);
    });
  expect(wrong).toEqual([]);
});

test('Node below 20 prints one sentence', () => {
  const run = (version: string) =>
    spawnSync(process.execPath, [
      '--eval',
      `Object.defineProperty(process.versions, 'node', { value: '${version}' });
      require(${JSON.stringify(join(scripts, 'node-version.cjs'))})`,
    ]);
  const old = run('18.20.8');
  expect(old.status).toBe(1);
  expect(old.stderr.toString()).toBe(
    'Residual needs Node 20 or newer, and this is Node 18.20.8; see https://nodejs.org\n',
  );
  expect(run('20.0.0').status).toBe(0);
});

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map(result => ({ status: result })),
});

test('tests are counted, and files that failed before their tests', () => {
  const report = {
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [file('passed', 'passed', 'passed', 'passed'), file('failed', 'failed'), file('failed')],
  };
  expect(count(report, 1)).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test('a runner that fails or runs no test is a failure', () => {
  const good = { numPassedTests: 3, numFailedTests: 0, testResults: [] };
  expect(count(good, 0).failed).toBe(0);
  expect(count(good, 1).failed).toBe(1);
  expect(count(undefined, 0).failed).toBe(1);
  expect(count({ ...good, numPassedTests: 0 }, 0).failed).toBe(1);
});

test('projects that cannot run are skipped, or failures if strict', () => {
  const results = [{ name: 'tests', passed: 5, failed: 0, skipped: 1, seconds: 2 }];
  const notRun = { webgl: 'install Chrome' };
  expect(summary(results, notRun, false).lines.at(-1)).toBe('5 passed, 0 failed, 2 skipped');
  expect(summary(results, notRun, true)).toMatchObject({ failed: 1 });
  expect(summary(results, notRun, true).lines.at(-1)).toBe('5 passed, 1 failed, 1 skipped');
  expect(summary(results, notRun, false).lines).toContain('  webgl               install Chrome');
  expect(summary([{ ...results[0]!, skipped: 0 }], {}, true).lines.at(-1)).toBe('5 passed, 0 failed');
});

test('failures are repeated at the end, with name and message', () => {
  const broken = { name: 'a.test.ts', status: 'failed', message: 'no such import', assertionResults: [] };
  const assertionResults = [
    { status: 'passed', fullName: 'one is one', failureMessages: [] },
    {
      status: 'failed',
      fullName: 'two is two',
      failureMessages: ['\u001b[31mAssertionError\u001b[39m: 2 is 3\n    at b.test.ts'],
    },
  ];
  const failing = { name: 'b.test.ts', status: 'failed', message: '', assertionResults };
  const report = { numPassedTests: 1, testResults: [broken, failing] };
  const told = failures(report, 1);
  expect(failedFiles(report)).toEqual(['a.test.ts', 'b.test.ts']);
  const lines = summary(
    [{ name: 'tests', passed: 1, failed: 2, skipped: 0, seconds: 2, failures: told }],
    {},
    false,
  ).lines;
  expect(lines.slice(lines.indexOf('What failed') + 1)).toEqual([
    '  a.test.ts',
    '    no such import',
    '  b.test.ts > two is two',
    '    AssertionError: 2 is 3',
    '        at b.test.ts',
    '',
    '1 passed, 2 failed',
  ]);
  const crowded = summary([{ name: 'tests', passed: 3, failed: 0, skipped: 0, seconds: 2, crowded: told }], {}, false);
  expect(crowded).toMatchObject({ failed: 0 });
  expect(crowded.lines).toContain('What failed beside other tests and passed alone');
  expect(failures({ numPassedTests: 3, testResults: [] }, 0)).toEqual([]);
  expect(failures({ numPassedTests: 3, testResults: [] }, 7)[0]!.name).toBe('the runner ended with code 7');
  expect(failures(undefined, 0)).toHaveLength(1);
});

test('a silent script is killed with its children', async () => {
  const hangs = [
    '-e',
    "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); " +
      'setInterval(() => {}, 1000)',
  ];
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(await runNode(hangs[0]!, hangs.slice(1), { silentMinutes: 0.05, output: () => {} })).toBe(1);
  expect(said.mock.calls.flat().join()).toContain('as it wrote nothing for 0.05 minutes');
  said.mockRestore();
  const chunks: Buffer[] = [];
  const output = (chunk: Buffer) => chunks.push(chunk);
  expect(await runNode('-e', ['console.log(1)'], { silentMinutes: 10, output })).toBe(0);
  expect(Buffer.concat(chunks).toString()).toBe('1\n');
});
