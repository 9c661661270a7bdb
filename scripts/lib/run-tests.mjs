import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, runNode, tool } from './run.mjs';
import { environment, setUp } from './set-up.mjs';
import { count, failedFiles, failures, summary } from './summary.mjs';

/** The folder of the test reports, kept until the next run. */
const reports = join(root, '.residual', 'reports');
/** The file in which vitest.config.ts lists the projects that this machine cannot run, and what to install for them. */
const listed = join(reports, 'not-run.json');
/** Whether every model and setting runs on every backend. */
const everywhere = process.argv[2] === '--everywhere';
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
  const env = { ...environment(), RESIDUAL_NOT_RUN: listed, RESIDUAL_EVERYWHERE: everywhere ? '1' : '0' };
  const code = await runNode(tool('vitest'), flags, { env, silentMinutes: 15 });
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

if (process.argv.length > (everywhere ? 3 : 2)) {
  console.error(
    'test: runs everything. --everywhere: every model and setting on every backend, also those that bring no ' +
      "computation of their own. One package: npx vitest run --project 'node*' packages/NAME",
  );
  process.exit(1);
}
await setUp();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const built = ['run', 'build', '--continue', '--output-logs=errors-only', '--no-update-notifier'];
const checks = await Promise.all([
  check('lint', tool('biome'), ['check', '.', '--reporter=summary']),
  check('types', tool('tsc'), ['-p', 'tsconfig.json']),
  check('build', tool('turbo'), built),
]);
// Hostile files are read by one process, so other tests run beside it.
const sources = await Promise.all([
  tests('tests', ['node*', 'cpu', 'wasm', 'browser*']),
  tests('hostile files', ['fuzz']),
]);
const notRun = existsSync(listed) ? JSON.parse(readFileSync(listed, 'utf8')) : {};
/** Runs the projects that this machine can run, one after another. */
const inTurn = async steps => {
  const results = [];
  for (const [name, project] of steps)
    if (notRun[project] === undefined) results.push(await tests(name, [`${project}*`]));
  return results;
};
// Two rows of about the same length: a backend of a GPU mostly compiles, and leaves processors to others. `installable`
// packs the built packages and installs them.
const products = await Promise.all([
  inTurn([
    ['pages', 'pages'],
    ['webgpu', 'webgpu'],
  ]),
  inTurn([
    ['webgl', 'webgl'],
    ['installable parts', 'installable'],
  ]),
]);
const results = [...checks, ...sources, ...products.flat()];

const { lines, failed } = summary(results, notRun, strict);
console.log(lines.join('\n'));
process.exitCode = failed > 0 ? 1 : 0;
