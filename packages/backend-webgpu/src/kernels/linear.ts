import { sizeOf } from '@residual/tensor/kernels';
import { runPass, threads, vectorWidth } from '../program.js';
import type { Kernel } from './kernel.js';
import { denseWeight, forFewRows, forManyRows, tileSide } from './linear-code.js';

/** Up to this number of rows, each row is a vector and each weight is read once; more rows are computed in tiles. */
export const fewRows = 8;

/** x weightᵀ + bias: [..., out]. */
export const linear: Kernel<'linear'> = (backend, { x, weight, bias }) => {
  const [outDim, inDim] = weight.shape as [number, number];
  const rows = sizeOf(x.shape) / inDim;
  const width = vectorWidth(inDim);
  const tilesAcross = Math.ceil(outDim / tileSide);
  return runPass(backend, {
    inputs: { x, weight, bias },
    shape: [...x.shape.slice(0, -1), outDim],
    ints: { rows, columns: outDim, length: inDim / width, tilesAcross },
    width,
    wide: ['x', 'weight'],
    workgroups: rows <= fewRows ? Math.ceil(outDim / (threads / 2)) : tilesAcross * Math.ceil(rows / tileSide),
    code:
      rows <= fewRows
        ? forFewRows(2 ** Math.ceil(Math.log2(rows)), denseWeight(width), bias !== undefined)
        : forManyRows(denseWeight(width), bias !== undefined),
  });
};
