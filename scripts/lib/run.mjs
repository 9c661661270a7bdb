import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The script files of the tools that are called, below node_modules. */
export const tools = {
  biome: '@biomejs/biome/bin/biome',
  tsc: 'typescript/bin/tsc',
  turbo: 'turbo/bin/turbo',
  vitest: 'vitest/vitest.mjs',
};

/** The path of a tool's script, to be run by this Node: no shell, so spaces in paths need no quotes on any system. */
export const tool = name => join(root, 'node_modules', ...tools[name].split('/'));

/** Ends a process and those that it started. */
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
 * Runs a script by this Node and resolves to its exit code, or to 1 where it writes nothing for `silentMinutes`: a busy machine may take its time, a hang ends.
 * With `silentMinutes` it leads a process group of its own, so that what it started ends with it. `output` is a function that is given what it writes, as
 * it comes; without it, it writes where this process does.
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
