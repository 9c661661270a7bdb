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
  let [said, complained] = ['', ''];
  child.stdout.on('data', chunk => (said += chunk));
  child.stderr.on('data', chunk => (complained += chunk));
  const code = await new Promise(resolve => child.on('close', resolve));
  expect({ code, complained }).toEqual({ code: 0, complained: '' });
  expect(JSON.parse(said)).toEqual({
    heard: ['rejection first', 'exception first', 'rejection last', 'exception last'],
    counts: new Array(7).fill([2, 1]),
    sum: [6],
    listeners: false,
  });
});
