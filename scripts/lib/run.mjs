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
 * Runs a script by this Node and resolves to its exit code, or to 1 where it takes longer than `minutes`.
 * With `minutes` it leads a process group of its own, so that what it started ends with it.
 */
export const runNode = (script, args, { cwd = root, env = {}, minutes, stdio = 'inherit' } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio,
      detached: minutes !== undefined && process.platform !== 'win32',
    });
    const end = () => endTree(child);
    const interrupt = () => {
      end();
      process.exit(130);
    };
    let timer;
    if (minutes !== undefined) {
      timer = setTimeout(() => {
        console.error(`${args[0]}: ended after ${minutes} minutes`);
        end();
      }, minutes * 60_000);
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
