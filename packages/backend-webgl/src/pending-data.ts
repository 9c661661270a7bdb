import type { PendingDataMaker } from '@residual/tensor';
import { webgl_util } from '@tensorflow/tfjs-backend-webgl';
import { env } from '@tensorflow/tfjs-core';
import type { WebGLBackend } from './backend.js';
import { createTexture } from './texture.js';
import { createWords, writeWords } from './word-texture.js';
import { writeTexels } from './write-texels.js';

/** `TextureUsage.RENDER` of tfjs, which it does not export. */
const render = 0;

/**
 * Data that is written into its texture piece by piece: the words of a packed matrix, which are int32 [out, words], and
 * float32 matrices, whose pieces are whole rows. Other tensors are small and are collected in main memory.
 */
export const pendingData: PendingDataMaker = (running, shape, dtype) => {
  const backend = running as WebGLBackend;
  const [rows, columns] = shape as [number, number];
  if (shape.length !== 2 || rows * columns === 0) return undefined;
  if (dtype === 'float32' && !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) return undefined;
  const info = backend.makeTensorInfo(shape, dtype);
  const { dataId } = info;
  try {
    if (dtype === 'int32') {
      createWords(backend, info);
      return { dataId, write: (index, words) => writeWords(backend, dataId, index, words) };
    }
    const texShape = webgl_util.getTextureShapeFromLogicalShape([1, rows, columns], true);
    createTexture(backend, info, { texShape, usage: render });
    const { texture } = backend.texData.get(dataId);
    const [gl, width] = [backend.gpgpu.gl as WebGL2RenderingContext, Math.ceil(texShape[1] / 2)];
    const writeBlocks = (first: number, blocks: Float32Array) =>
      writeTexels(gl, texture!.texture, width, first, blocks);
    return { dataId, write: pairedRows([rows, columns], writeBlocks) };
  } catch (error) {
    backend.disposeData(dataId);
    throw error;
  }
};

/**
 * A writer of whole rows of a matrix as the blocks of 2 × 2 entries of `program.ts`: a row waits until the other of its
 * pair is there.
 */
function pairedRows(
  [rows, columns]: readonly [number, number],
  writeBlocks: (first: number, blocks: Float32Array) => void,
): (index: number, words: Int32Array) => void {
  const [waiting, beyond] = [new Map<number, Float32Array>(), new Float32Array(0)];
  const blocksOfPair = Math.ceil(columns / 2);
  return (index, words) => {
    const values = new Float32Array(words.buffer, words.byteOffset, words.length);
    const [first, end] = [index / columns, (index + words.length) / columns];
    const rowAt = (row: number) => values.subarray((row - first) * columns, (row - first + 1) * columns);
    /** A row of the pieces so far; undefined if it is still to come, and empty beyond the matrix. */
    const found = (row: number) => {
      if (row >= rows) return beyond;
      return row >= first && row < end ? rowAt(row) : waiting.get(row);
    };
    const [from, to] = [Math.floor(first / 2), Math.ceil(end / 2)];
    const blocks = new Float32Array(4 * blocksOfPair * (to - from));
    let [start, count] = [from, 0];
    const flush = () => {
      if (count > 0) writeBlocks(start * blocksOfPair, blocks.subarray(0, 4 * blocksOfPair * count));
    };
    for (let pair = from; pair < to; pair++) {
      const [upper, lower] = [found(2 * pair), found(2 * pair + 1)];
      if (upper && lower) {
        if (count === 0) start = pair;
        fillBlocks(blocks.subarray(4 * blocksOfPair * count++), upper, lower);
        for (const row of [2 * pair, 2 * pair + 1]) waiting.delete(row);
      } else {
        const row = upper ? 2 * pair : 2 * pair + 1; // only at the ends of a piece
        waiting.set(row, rowAt(row).slice());
        flush();
        count = 0;
      }
    }
    flush();
  };
}

/** Interleaves two rows into blocks; entries that are missing stay as they are. */
function fillBlocks(blocks: Float32Array, upper: Float32Array, lower: Float32Array): void {
  for (let column = 0; column < upper.length; column++) {
    const at = 4 * (column >> 1) + (column & 1);
    blocks[at] = upper[column]!;
    if (column < lower.length) blocks[at + 2] = lower[column]!;
  }
}
