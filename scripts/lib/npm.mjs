import { existsSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/** The script of the npm that runs this process, or of the npm of this Node; undefined if there is none. */
export const npmScript = () => {
  const called = process.env.npm_execpath;
  const folder = dirname(process.execPath);
  return [
    called !== undefined && /^npm-cli\.c?js$/.test(basename(called)) ? called : '',
    join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(folder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(folder, '..', 'share', 'nodejs', 'npm', 'bin', 'npm-cli.js'),
    ...(process.env.PATH ?? '')
      .split(delimiter)
      .flatMap(path => [
        join(path, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
        join(path, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
      ]),
  ].find(path => path !== '' && existsSync(path));
};

/** Clears the npm settings that would affect nested npm and pnpm processes; the registry settings stay. */
export const ownEnvironment = () =>
  Object.fromEntries(
    Object.keys(process.env)
      .filter(name => /^npm_config_(prefix|global_prefix|local_prefix|workspaces?|include_workspace_root)$/i.test(name))
      .map(name => [name, undefined]),
  );
