import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniformAt } from '@residual/tensor';
import { bundleForNode } from '@residual/testkit/bundle-for-node';
import { afterAll, beforeAll, expect, test } from 'vitest';

let temporary = '';
let script = '';
const steps = 60;

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'residual-killed-'));
  script = join(temporary, 'run.mjs');
  await bundleForNode(new URL('../testing/killed-run.ts', import.meta.url), script);
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

/** Runs the script to its end, or kills it after some milliseconds. Returns the lines of its output. */
const run = (folder: string, killAfter?: number) =>
  new Promise<{ lines: string[]; signal: string | null }>((resolve, reject) => {
    const child = spawn(process.execPath, [script, folder, String(steps)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      if (out === '' && killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfter);
      out += data.toString();
    });
    child.on('error', reject);
    child.on('close', (_, signal) => resolve({ lines: out.split('\n').slice(0, -1), signal }));
  });

test('killed at 12 random moments, a run resumes each time and ends with the same bits', async () => {
  const straight = await run(join(temporary, 'straight'));
  expect(straight.lines).toHaveLength(steps + 2);
  const folder = join(temporary, 'killed');
  const losses = new Map(straight.lines.slice(1, -1).map(line => line.split(' ') as [string, string]));
  let [reached, killed] = [0, 0];
  for (let i = 0; i < 12; i++) {
    const { lines, signal } = await run(folder, 1 + 60 * uniformAt(7, 'kills', i));
    if (signal === 'SIGKILL') killed++;
    for (const line of lines.filter(line => /^\d/.test(line))) {
      const [step, loss] = line.split(' ') as [string, string];
      expect(Number(step)).toBeGreaterThan(Math.max(0, reached - 1)); // an incomplete checkpoint is repeated
      expect(loss).toBe(losses.get(step));
      reached = Math.max(reached, Number(step));
    }
  }
  expect(killed).toBeGreaterThan(6);
  const last = await run(folder);
  expect(last.lines.at(-1)).toBe(straight.lines.at(-1));
  const names = await readdir(folder);
  expect(names.filter(name => name.startsWith('.partial'))).toEqual([]);
  expect(names).toContain(`step-${steps}`);
});
