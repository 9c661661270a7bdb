import { open, rename, rm } from 'node:fs/promises';
import { convertToGguf, type GgufWeights } from '@residual/model';
import type { CommandContext } from '../runtime/context.js';
import { megabytes } from '../terminal/format.js';
import { print } from '../terminal/output.js';

/** The types of matrices in a GGUF file, as llama.cpp names them. */
export const ggufWeights = ['f32', 'f16', 'bf16', 'q8_0', 'q4_0'] as const satisfies readonly GgufWeights[];

/**
 * Writes a checkpoint to a GGUF file under a temporary name, and prints its types and its size. An error or Ctrl-C
 * leaves no file behind. Returns the exit code.
 */
export async function writeGgufFile(
  { source, out, weights }: { readonly source: string; readonly out: string; readonly weights: GgufWeights },
  { progress, signal }: CommandContext,
): Promise<number> {
  const { file, tensorsByType } = await convertToGguf(source, { weights, onProgress: progress.loading, signal });
  const temporary = `${out}.new`;
  const target = await open(temporary, 'w');
  let bytes = 0;
  try {
    try {
      for await (const chunk of file) {
        await target.writeFile(chunk);
        bytes += chunk.length;
      }
    } finally {
      await target.close();
    }
    await rename(temporary, out);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  progress.end();
  const counts = Object.entries(tensorsByType).map(([type, count]) => `${count} ${type}`);
  print(`${out}: ${counts.join(', ')} tensors, ${megabytes(bytes)}`);
  return 0;
}
