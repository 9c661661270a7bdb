import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The scripts of tools, relative to node_modules. */
export const tools = {
  biome: '@biomejs/biome/bin/biome',
  tsc: 'typescript/bin/tsc',
  turbo: 'turbo/bin/turbo',
  vitest: 'vitest/vitest.mjs',
};

/** The path of a tool's script for `runNode`, which uses no shell, so that paths may contain spaces. */
export const tool = name => join(root, 'node_modules', ...tools[name].split('/'));

/** Kills a process and its children. */
export const endTree = child => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
  else
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
};

/**
 * Runs a script with this Node and resolves to its exit code, or to 1 if it writes nothing for `silentMinutes`. With
 * `silentMinutes` it runs in its own process group, so that its children end with it. `output` receives its output;
 * without it the script writes to the output of this process.
 */
export const runNode = (script, args, { cwd = root, env = {}, silentMinutes, output, stdio = 'inherit' } = {}) =>
  new Promise((resolve, reject) => {
    const watched = silentMinutes !== undefined;
    const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {};
    const child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: { ...process.env, ...(watched && output === undefined ? colour : {}), ...env },
      stdio: watched ? ['ignore', 'pipe', 'pipe'] : stdio,
      detached: watched && process.platform !== 'win32',
    });
    const end = () => endTree(child);
    const interrupt = () => {
      end();
      process.exit(130);
    };
    let timer;
    if (watched) {
      const silent = () => {
        console.error(`${args[0]}: ended, as it wrote nothing for ${silentMinutes} minutes`);
        end();
      };
      const heard = target => chunk => {
        clearTimeout(timer);
        timer = setTimeout(silent, silentMinutes * 60_000);
        (output ?? (text => target.write(text)))(chunk);
      };
      timer = setTimeout(silent, silentMinutes * 60_000);
      child.stdout.on('data', heard(process.stdout));
      child.stderr.on('data', heard(process.stderr));
      process.on('exit', end);
      process.on('SIGINT', interrupt);
      process.on('SIGTERM', interrupt);
    }
    child.on('error', reject);
    child.on('close', code => {
      clearTimeout(timer);
      process.off('exit', end);
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      resolve(code ?? 1);
    });
  });
