import { ResidualError } from '@residual/tensor';
import { env } from '@tensorflow/tfjs-core';
import { CheckedBackend } from './backend.js';

/**
 * Creates the backend on the graphics device. Errors with code `backend` and the reason: no WebGPU in this browser or
 * process, no adapter, or no device (tfjs fails with "Cannot read properties of null").
 */
export async function startWebGPU(): Promise<CheckedBackend> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) throw new ResidualError('backend', `webgpu: ${missingReason()}`);
  const adapter = await gpu.requestAdapter({
    powerPreference: env().get('WEBGPU_USE_LOW_POWER_GPU') ? 'low-power' : 'high-performance',
  });
  if (!adapter) {
    throw new ResidualError(
      'backend',
      'webgpu: this machine offers no adapter: no graphics driver that WebGPU supports was found; use another ' +
        'backend (webgl, wasm)',
    );
  }
  const device = await adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter(feature => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(wantedLimits.map(limit => [limit, adapter.limits[limit]])),
  });
  const { info } = adapter as GPUAdapter & { info: GPUAdapterInfo }; // missing in older types
  return new CheckedBackend(device, info);
}

/** Optional features that tfjs uses. */
const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'bgra8unorm-storage'];

/** Limits that are requested at their maximum, because the defaults are small. */
const wantedLimits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

function missingReason(): string {
  return typeof document === 'undefined' && typeof WorkerGlobalScope === 'undefined'
    ? "this process has no WebGPU; in Node install the package 'webgpu' and set its globals and navigator.gpu " +
        "before useBackend('webgpu')"
    : 'this browser has no WebGPU, or the page is not served from a secure origin; use another backend (webgl, wasm)';
}

declare const WorkerGlobalScope: unknown;
