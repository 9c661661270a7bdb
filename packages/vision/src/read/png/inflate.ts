import { fail } from '../errors.js';

/**
 * Hands the first `length` bytes of a zlib stream in parts to a function, and no more: what else the stream would give
 * is never made.
 */
export async function inflate(
  parts: readonly Uint8Array[],
  length: number,
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const { readable, writable } = new DecompressionStream('deflate');
  const source = new ReadableStream<BufferSource>({
    start: controller => {
      for (const part of parts) controller.enqueue(part as Uint8Array<ArrayBuffer>);
      controller.close();
    },
  });
  source.pipeTo(writable).catch(() => {}); // the reader gets the same error
  const reader = readable.getReader();
  let done = 0;
  try {
    while (done < length) {
      const { value } = await reader.read();
      if (!value) fail(`the PNG is cut off: ${done} of ${length} bytes of pixels are there`);
      onBytes(value.subarray(0, length - done));
      done += value.length;
    }
  } catch (error) {
    if (!(error instanceof TypeError) && (error as { code?: unknown }).code === 'image') throw error;
    fail(`the compressed pixels of the PNG are broken after ${done} of ${length} bytes`, error);
  } finally {
    reader.cancel().catch(() => {});
  }
}
