/**
 * How well tokens compress: the bytes of their ids over those bytes as zlib packs them. A text that repeats itself has
 * a high ratio. Each id has as many bytes as the largest one of the vocabulary needs.
 */
export async function compressionRatio(tokens: readonly number[], vocab: number): Promise<number> {
  const width = Math.floor(Math.log2(vocab) / 8) + 1;
  const bytes = Uint8Array.from({ length: tokens.length * width }, (_, i) => {
    return Math.floor(tokens[Math.floor(i / width)]! / 256 ** (i % width)) % 256;
  });
  const packed = await new Response(
    new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate')),
  ).arrayBuffer();
  return bytes.length / packed.byteLength;
}
