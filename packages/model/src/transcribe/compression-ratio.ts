import { deflate } from 'pako';

/**
 * How well tokens compress: the bytes of their ids over those bytes as zlib packs them. A text that repeats itself has
 * a high ratio. Each id has as many bytes as the largest one of the vocabulary needs. The zlib is the same everywhere,
 * since those of browsers and of Node pack a little differently.
 */
export function compressionRatio(tokens: readonly number[], vocab: number): number {
  const width = Math.floor(Math.log2(vocab) / 8) + 1;
  const bytes = Uint8Array.from({ length: tokens.length * width }, (_, i) => {
    return Math.floor(tokens[Math.floor(i / width)]! / 256 ** (i % width)) % 256;
  });
  return bytes.length / deflate(bytes).length;
}
