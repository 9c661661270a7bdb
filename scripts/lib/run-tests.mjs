import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { root, runNode, tool } from './run.mjs';
import { environment, setUp } from './set-up.mjs';
import { count, failedFiles, failures, summary } from './summary.mjs';

/** The folder of the test reports, kept until the next run. */
const reports = join(root, '.residual', 'reports');
/** The file in which vitest.config.ts lists the projects that this machine cannot run, and what to install for them. */
const listed = join(reports, 'not-run.json');
const strict = process.env.CI !== undefined && !['', '0', 'false'].includes(process.env.CI);

/** Runs one check that passes or fails as a whole. Prints its output at the end, because checks run in parallel. */
const check = async (name, script, args) => {
  const started = Date.now();
  const chunks = [];
  const output = chunk => chunks.push(chunk);
  const code = await runNode(script, args, { env: environment(), silentMinutes: 30, output });
  const seconds = (Date.now() - started) / 1000;
  console.log(`\n── ${name}\n${Buffer.concat(chunks)}`);
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, seconds };
};

/** Runs test projects, or `files` of them, and reads the runner's report. */
const runner = async (name, projects, files = []) => {
  const file = join(reports, `${name.replace(/\W+/g, '-')}.json`);
  const flags = [
    'run',
    ...projects.map(project => `--project=${project}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...(files.length > 0 ? ['--no-file-parallelism', ...files] : []),
  ];
  const code = await runNode(tool('vitest'), flags, { env: environment(), silentMinutes: 15 });
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  return { ...count(report, code), failures: failures(report, code), files: failedFiles(report) };
};

/**
 * Runs test projects and counts their tests. vitest.config.ts leaves out projects that this machine cannot run. If at
 * most three files fail, they run once more, alone; tests that pass then are reported as failed for lack of resources.
 */
const tests = async (name, projects) => {
  const started = Date.now();
  console.log(`\n── ${name}`);
  let result = await runner(name, projects);
  if (result.files.length > 0 && result.files.length <= 3) {
    console.log(`\n── ${name}: what failed, alone`);
    const { failed } = await runner(`${name} alone`, projects, result.files);
    if (failed === 0)
      result = { ...result, passed: result.passed + result.failed, failed: 0, failures: [], crowded: result.failures };
  }
  return { name, ...result, seconds: (Date.now() - started) / 1000 };
};

if (process.argv.length > 2) {
  console.error(
    "test: runs everything and takes no arguments; one package: npx vitest run --project 'node*' packages/NAME",
  );
  process.exit(1);
}
await setUp();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

/** The projects that this machine cannot run, with what to install for them, as the configuration lists them. */
const listProjects = async () => {
  const env = { ...environment(), RESIDUAL_NOT_RUN: listed };
  await runNode(tool('vitest'), ['list', '--project=fuzz', '--filesOnly'], { env, silentMinutes: 5, output: () => {} });
  return JSON.parse(readFileSync(listed, 'utf8'));
};
const notRun = await listProjects();
const can = project => notRun[project] === undefined;

const turboBuild = ['run', 'build', '--continue', '--output-logs=errors-only', '--no-update-notifier'];

/** What is built, as users get it: pages in a browser, and packages installed elsewhere. Both wait for long. */
const products = async () => {
  const build = await check('build', tool('turbo'), turboBuild);
  const runs = [...(can('pages') ? [tests('pages', ['pages'])] : []), tests('installable parts', ['installable'])];
  return [build, ...(await Promise.all(runs))];
};

/** The parts of the run, each with a test runner of its own. */
const parts = [
  () => tests('tests', ['node*', 'cpu', 'wasm', 'browser*']),
  ...(can('webgpu') || can('webgl') ? [() => tests('tests on GPU backends', ['webgpu', 'webgl*'])] : []),
  () => tests('hostile files', ['fuzz']),
  products,
];

/** Whether there is memory for all test runners at once. They wait often, so together they take less time. */
const isRoomy = totalmem() >= 12 * 2 ** 30;

const inTurn = async () => {
  const results = [];
  for (const part of parts) results.push(await part());
  return results;
};
const results = (
  await Promise.all([
    check('lint', tool('biome'), ['check', '.', '--reporter=summary']),
    check('types', tool('tsc'), ['-p', 'tsconfig.json']),
    isRoomy ? Promise.all(parts.map(part => part())) : inTurn(),
  ])
).flat(2);
const { lines, failed } = summary(results, notRun, strict);
console.log(lines.join('\n'));
process.exitCode = failed > 0 ? 1 : 0;
