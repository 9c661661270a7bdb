import '../../backend-webgpu/src/index.js';
import { useBackend } from '@residual/tensor';
import { measure, type Row } from './measure.js';

/** Measures on the WebGPU backend of this process. */
export async function bench(pattern: string, report: (row: Row) => void): Promise<void> {
  await useBackend('webgpu');
  await measure(new RegExp(pattern), report);
}
