import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { npmScript, ownEnvironment } from './npm.mjs';
import { root, runNode } from './run.mjs';

const local = join(root, '.residual');
const stamp = join(local, 'installed');
const readJson = path => JSON.parse(readFileSync(path, 'utf8'));
const manifest = readJson(join(root, 'package.json'));
const version = manifest.packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, '');
const pnpmFolder = join(local, `pnpm-${version}`);
const pnpm = join(pnpmFolder, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');

/** The folders of the workspace: the root, packages and apps. */
const projects = () => [
  root,
  ...['packages', 'apps']
    .map(folder => join(root, folder))
    .filter(existsSync)
    .flatMap(folder => readdirSync(folder).map(name => join(folder, name)))
    .filter(folder => existsSync(join(folder, 'package.json')))
    .sort(),
];

/** A hash of everything that determines the installed dependencies. */
const installHash = () => {
  const hash = createHash('sha256').update([root, process.platform, process.arch, version].join('\n'));
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, name)));
  for (const folder of projects()) hash.update(readFileSync(join(folder, 'package.json')));
  return hash.digest('hex');
};

/** Whether pnpm installed the dependencies; npm leaves a lock file of its own. */
const byPnpm = () =>
  existsSync(join(root, 'node_modules', '.modules.yaml')) &&
  !existsSync(join(root, 'node_modules', '.package-lock.json'));

const isInstalled = () =>
  existsSync(pnpm) &&
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === installHash() &&
  byPnpm() &&
  Object.keys(manifest.devDependencies).every(name => existsSync(join(root, 'node_modules', name, 'package.json')));

const fail = sentence => {
  console.error(`set-up: ${sentence}`);
  process.exit(1);
};

/** Installs pnpm to a temporary folder and renames it, so that a partial installation is never used. */
const installPnpm = async () => {
  const npm = npmScript();
  if (npm === undefined) fail('npm was not found; it comes with Node from https://nodejs.org');
  console.log(`Installing pnpm ${version} into .residual`);
  const partial = `${pnpmFolder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'package.json'), JSON.stringify({ private: true, dependencies: { pnpm: version } }));
  const flags = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
    '--prefer-offline',
  ];
  const code = await runNode(npm, ['install', ...flags], { cwd: partial, env: ownEnvironment() });
  if (code !== 0) fail(`pnpm ${version} could not be installed; the first run needs a network connection, try again`);
  rmSync(pnpmFolder, { recursive: true, force: true });
  renameSync(partial, pnpmFolder);
};

/** The environment in which tools find the pinned pnpm and do not access the network. */
export const environment = () => ({
  PATH: [join(pnpmFolder, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
});

/** Runs the pinned pnpm. */
export const runPnpm = (args, options = {}) =>
  runNode(pnpm, args, { ...options, env: { ...ownEnvironment(), ...environment(), ...options.env } });

/**
 * Installs the pinned pnpm and the locked dependencies. If they are installed it only compares a hash. An interrupted
 * run continues where it stopped.
 */
export const setUp = async () => {
  if (isInstalled()) return;
  rmSync(stamp, { force: true });
  if (!existsSync(pnpm)) await installPnpm();
  if (!byPnpm())
    for (const folder of projects()) rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  console.log('Installing the dependencies that pnpm-lock.yaml lists');
  const flags = ['--frozen-lockfile', '--ignore-scripts', '--prefer-offline', '--reporter=append-only'];
  const settings = ['--config.confirm-modules-purge=false', '--config.optimistic-repeat-install=false'];
  const code = await runPnpm(['install', ...flags, ...settings]);
  if (code !== 0)
    fail('the dependencies could not be installed (see above); run it again, it goes on where it stopped');
  writeFileSync(stamp, installHash());
};
