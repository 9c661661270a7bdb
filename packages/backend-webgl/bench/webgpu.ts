import '../../backend-webgpu/src/index.js';
import { useBackend } from '@residual/tensor';
import { measure, type Row } from './decode.js';

export async function bench(only: string, note: (row: Row) => void): Promise<void> {
  await useBackend('webgpu');
  await measure(new RegExp(only), note);
}
