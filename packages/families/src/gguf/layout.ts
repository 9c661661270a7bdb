import type { Config } from '../config/config.js';
import type { Family } from '../family.js';
import type { GgufFamily } from './from-gguf.js';

/**
 * A family with the tensor names of its GGUF files, for `fromCheckpoint` and `tensorSlices`. Tied tensors are left out
 * there, so that nothing has two names.
 */
export function ggufLayout<F extends Family>(family: GgufFamily<F>): F {
  const { head: _, positionTables: __, copies: ___, ...rest } = family as GgufFamily<Family>;
  const { mappings, buffers = [] } = family.gguf;
  return { ...rest, prefix: '', mappings, aliases: {}, buffers: [{ name: ropeBuffers }, ...buffers] } as unknown as F;
}

/** The factors of rotary positions, which are read with the config. */
const ropeBuffers = /^rope_freqs\.weight$/;

/**
 * The number of heads whose rows llama.cpp interleaves in a tensor; undefined if its rows are in the order of the
 * checkpoint.
 */
export function interleavedHeads({ gguf }: GgufFamily, config: Config, name: string): number | undefined {
  const part = name.replace(/^blk\.\d+\./, '').replace(/\.(weight|bias)$/, '');
  const rows = gguf.interleavedRows;
  return rows && Object.hasOwn(rows, part) ? Number(config[rows[part]!]) : undefined;
}

/**
 * The row of a GGUF file that has a row of the checkpoint: llama.cpp stores the two halves of each head interleaved, so
 * that it rotates neighbours. `headDim` is the number of rows of a head.
 */
export function interleavedRow(row: number, headDim: number): number {
  const [start, half] = [row - (row % headDim), headDim / 2];
  const index = row % headDim;
  return start + (index < half ? 2 * index : 2 * (index - half) + 1);
}
