import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runPass, sizeOf, threads } from '../program.js';
import type { Kernel } from './kernel.js';
import { forFewRows, forManyRows, tileSide } from './linear-code.js';

interface Inputs {
  /** [..., in] */
  x: TensorInfo;
  /** [out, in] */
  weight: TensorInfo;
  /** [out] */
  bias?: TensorInfo;
}

/** Up to this number of rows, each row is a vector and each weight is read once; more rows are computed in tiles. */
const fewRows = 8;

/** x weightᵀ + bias: [..., out]. */
export const linear: Kernel<Inputs, object> = (backend, { x, weight, bias }) => {
  const [out, inner] = weight.shape as [number, number];
  const rows = sizeOf(x.shape) / inner;
  const width = inner % 4 === 0 ? 4 : 1;
  const tilesAcross = Math.ceil(out / tileSide);
  return runPass(backend, {
    inputs: { x, weight, bias },
    shape: [...x.shape.slice(0, -1), out],
    ints: { rows, columns: out, length: inner / width, tilesAcross },
    wide: width === 4 ? ['x', 'weight'] : [],
    workgroups: rows <= fewRows ? Math.ceil(out / (threads / 2)) : tilesAcross * Math.ceil(rows / tileSide),
    code:
      rows <= fewRows
        ? forFewRows(2 ** Math.ceil(Math.log2(rows)), width, bias !== undefined)
        : forManyRows(width, bias !== undefined),
  });
};
