import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ResidualError } from '@residual/base';
import { findAdapter } from './adapter.js';
import { findChrome } from './chrome.js';

/** The backends that run in Node. */
export const nodeBackends = ['cpu', 'wasm', 'webgpu'] as const;

/** The name of a backend that runs in Node. */
export type NodeBackend = (typeof nodeBackends)[number];

/** Imports a backend and makes it the active one. */
export async function startBackend(name: NodeBackend): Promise<void> {
  if (name === 'cpu') await import('@residual/backend-cpu');
  if (name === 'wasm') await import('@residual/backend-wasm');
  if (name === 'webgpu') {
    await import('./webgpu-globals.js');
    await import('@residual/backend-webgpu');
  }
  const { useBackend } = await import('@residual/tensor');
  await useBackend(name);
}

/**
 * Runs the command again in a child process if WebGPU needs environment variables that must be set before Node starts
 * (Chrome's software driver on Linux), and returns the exit code of the child. Returns undefined if this process can
 * run the command itself; errors if there is no adapter.
 */
export async function rerunForWebGPU(args: readonly string[]): Promise<number | undefined> {
  if (process.env.RESIDUAL_WEBGPU === 'ready') return undefined;
  const environment = findAdapter(findChrome());
  if (environment === undefined) {
    throw new ResidualError(
      'backend',
      'WebGPU finds no adapter here: it needs the package webgpu (npm i webgpu) and a graphics driver; ' +
        'on Linux a Chrome or Chromium brings a software one',
    );
  }
  if (Object.keys(environment).length === 0) return undefined;
  const bin = fileURLToPath(new URL('../../bin/residual.js', import.meta.url));
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...environment, RESIDUAL_WEBGPU: 'ready' },
  });
  const wait = () => {}; // Ctrl-C reaches the child too, which then exits by itself
  process.on('SIGINT', wait);
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', code => resolve(code ?? 1));
  }).finally(() => process.off('SIGINT', wait));
}
