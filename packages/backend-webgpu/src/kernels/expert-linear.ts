import { sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Pass, runPass, threads, vectorWidth } from '../program.js';
import type { Kernel } from './kernel.js';
import { denseWeight, forChosenRows } from './linear-code.js';
import { packedInts } from './packed.js';
import { chunkOf } from './packed-code.js';
import { chunkedWeight, quadWeight } from './packed-linear-code.js';

/** x weightᵀ + bias with the matrices of the chosen experts: [tokens, k, out]. An expert outside is the nearest. */
export const expertLinear: Kernel<'expertLinear'> = (backend, { x, weight, chosen, bias }, { experts }) => {
  const [rows, inner] = weight.shape as [number, number];
  const width = vectorWidth(inner);
  return runPass(backend, {
    inputs: { x, weight, chosen, bias },
    ...passOf(x, chosen, rows / experts, experts, { length: inner / width }),
    width,
    wide: ['x', 'weight'],
    code: forChosenRows(denseWeight(width), bias !== undefined),
  });
};

/** The same with packed matrices. */
export const packedExpertLinear: Kernel<'packedExpertLinear'> = (
  backend,
  { x, quants, scales, chosen, bias },
  { form, experts },
) => {
  const inner = x.shape.at(-1)!;
  const width = vectorWidth(inner);
  const { entries } = chunkOf(form);
  const chunked = inner % entries === 0 && quants.shape[1]! % 4 === 0;
  const lengths = { inner, length: Math.ceil(inner / (chunked ? entries : 4)), ...packedInts(quants, scales) };
  return runPass(backend, {
    inputs: { x, quants, scales, chosen, bias },
    ...passOf(x, chosen, quants.shape[0]! / experts, experts, lengths),
    width,
    wide: chunked ? ['x', 'quants'] : ['x'],
    code: forChosenRows(chunked ? chunkedWeight(form) : quadWeight(form, width), bias !== undefined),
  });
};

/** The shape, uniforms and workgroups of a pass over all choices. */
function passOf(
  x: TensorInfo,
  chosen: TensorInfo,
  columns: number,
  experts: number,
  lengths: Readonly<Record<string, number>>,
): Pick<Pass, 'shape' | 'ints' | 'workgroups'> {
  const tilesAcross = Math.ceil(columns / (threads / 2));
  const choicesPerRow = x.shape.length === 2 ? chosen.shape[1]! : 1;
  return {
    shape: [...chosen.shape, columns],
    ints: { columns, experts, tilesAcross, choicesPerRow, ...lengths },
    workgroups: tilesAcross * sizeOf(chosen.shape),
  };
}
