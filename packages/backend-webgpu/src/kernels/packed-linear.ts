import { sizeOf } from '@residual/tensor/kernels';
import { runPass, threads, vectorWidth } from '../program.js';
import type { Kernel } from './kernel.js';
import { fewRows } from './linear.js';
import { forFewRows, tileSide } from './linear-code.js';
import { packedInts } from './packed.js';
import { chunkOf } from './packed-code.js';
import { chunkedWeight, forGradient, forManyPackedRows, quadWeight } from './packed-linear-code.js';

/**
 * x weightᵀ + bias with a packed weight: [..., out]. For few rows each workgroup walks along rows of the weight; for
 * more it unpacks them tile by tile into its shared memory.
 */
export const packedLinear: Kernel<'packedLinear'> = (backend, { x, quants, scales, bias }, { form }) => {
  const columns = quants.shape[0]!;
  const inner = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / inner;
  const [few, hasBias, width] = [rows <= fewRows, bias !== undefined, vectorWidth(inner)];
  const { entries } = chunkOf(form);
  const chunked = few && inner % entries === 0 && quants.shape[1]! % 4 === 0;
  const weight = chunked ? chunkedWeight(form) : quadWeight(form, width);
  const tilesAcross = Math.ceil(columns / tileSide);
  return runPass(backend, {
    inputs: { x, quants, scales, bias },
    shape: [...x.shape.slice(0, -1), columns],
    ints: {
      ...{ rows, columns, tilesAcross, inner, length: Math.ceil(inner / (chunked ? entries : 4)) },
      ...packedInts(quants, scales),
    },
    width,
    wide: chunked ? ['x', 'quants'] : ['x'],
    workgroups: few ? Math.ceil(columns / (threads / 2)) : tilesAcross * Math.ceil(rows / tileSide),
    code: few ? forFewRows(2 ** Math.ceil(Math.log2(rows)), weight, hasBias) : forManyPackedRows(form, width, hasBias),
  });
};

/** dy weight, the gradient of x: [..., in]. */
export const packedLinearGradient: Kernel<'packedLinearGradient'> = (
  backend,
  { dy, quants, scales },
  { form, width: columns },
) => {
  const inner = quants.shape[0]!;
  const rows = sizeOf(dy.shape) / inner;
  const width = vectorWidth(inner);
  const tilesAcross = Math.ceil(columns / tileSide);
  return runPass(backend, {
    inputs: { dy, quants, scales },
    shape: [...dy.shape.slice(0, -1), columns],
    ints: { rows, columns, tilesAcross, inner, length: Math.ceil(inner / 4), ...packedInts(quants, scales) },
    width,
    wide: ['dy'],
    workgroups: tilesAcross * Math.ceil(rows / tileSide),
    code: forGradient(form, width),
  });
};
