import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ResidualError } from '@residual/base';
import { findAdapter } from './adapter.js';
import { findChrome } from './chrome.js';

/** Backends that run in Node. */
export const nodeBackends = ['cpu', 'wasm', 'webgpu'] as const;

/** The name of one of them. */
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
 * WebGPU in Node finds its driver by variables that must be set before the process begins. Where this process lacks them and Chrome's software driver would
 * serve, runs the command again under them and gives its exit code; undefined where the command can go on here.
 */
export async function rerunForWebGPU(args: readonly string[]): Promise<number | undefined> {
  if (process.env.RESIDUAL_WEBGPU === 'ready') return undefined;
  const environment = findAdapter(findChrome());
  if (environment === undefined) {
    throw new ResidualError(
      'backend',
      'WebGPU finds no adapter here: it needs the package webgpu (npm i webgpu) and a graphics driver; on Linux a Chrome or Chromium brings a software one',
    );
  }
  if (Object.keys(environment).length === 0) return undefined;
  const bin = fileURLToPath(new URL('../../bin/residual.js', import.meta.url));
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...environment, RESIDUAL_WEBGPU: 'ready' },
  });
  const wait = () => {}; // Ctrl-C reaches the child too, which ends as it should
  process.on('SIGINT', wait);
  return new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', code => resolve(code ?? 1));
  }).finally(() => process.off('SIGINT', wait));
}
