import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleForNode } from '@residual/testkit/bundle-for-node';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-server-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a server receives its rejections and exceptions, also after a disposal, and nothing else listens', async () => {
  const script = join(folder, 'server.mjs');
  await bundleForNode(new URL('./testing/server.ts', import.meta.url), script);
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', chunk => (stdout += chunk));
  child.stderr.on('data', chunk => (stderr += chunk));
  const code = await new Promise(resolve => child.on('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    messages: ['rejection first', 'exception first', 'rejection last', 'exception last'],
    counts: new Array(7).fill([2, 1]),
    sum: [6],
    listeners: false,
  });
});
