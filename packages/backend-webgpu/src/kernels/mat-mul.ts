import { sizeOf } from '@residual/tensor/kernels';
import { env, getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

/** The flag by which tfjs chooses its program for a product: one of the programs, or -1 for its own choice by shape. */
export const programFlag = 'WEBGPU_MATMUL_PROGRAM_TYPE';
const ownChoice = -1;

/**
 * The program in tiles, which is always correct. The choice of tfjs for few outputs and a long sum is wrong with a
 * transposed right side.
 */
export const packedProgram = 3;

/** From this length of the sums on, tfjs may split them. */
const splitSums = 2000;

/**
 * The matrix product of the last two axes, [..., m, k] and [..., k, n] to [..., m, n], by the program of tfjs for the
 * shape: few outputs have smaller tiles, or a workgroup for each.
 */
export const matMul: Kernel<'matMul'> = (backend, { a, b }, { transposeA, transposeB }) => {
  const { kernelFunc } = getKernel('BatchMatMul', 'webgpu');
  const length = a.shape.at(transposeA ? -2 : -1)!;
  const mayBeSplit = sizeOf(a.shape.slice(0, -2)) === 1 && length >= splitSums;
  env().set(programFlag, mayBeSplit ? packedProgram : ownChoice);
  try {
    return kernelFunc({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) as TensorInfo;
  } finally {
    env().set(programFlag, packedProgram); // for products that do not pass through here
  }
};
