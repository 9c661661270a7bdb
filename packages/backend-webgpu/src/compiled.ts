import { countPrograms } from '@residual/tensor/kernels';

/**
 * The number of programs that the WebGPU backend has compiled so far; 0 before it starts. A step that compiles none
 * runs at full speed.
 */
export function compiledPrograms(): number {
  return countPrograms('webgpu');
}
