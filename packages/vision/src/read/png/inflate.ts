import { ResidualError } from '@residual/base';
import { fail } from '../errors.js';

/**
 * Hands the first `length` bytes of a zlib stream in parts to a function, and no more: what else the stream would give
 * is never made.
 */
export async function inflate(
  compressed: Uint8Array<ArrayBuffer>,
  length: number,
  onBytes: (bytes: Uint8Array) => void,
): Promise<void> {
  const { readable, writable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  // the reader gets the same errors
  writer.write(compressed).catch(() => {});
  writer.close().catch(() => {});
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
    if (ResidualError.is(error)) throw error;
    fail(`the compressed pixels of the PNG are broken after ${done} of ${length} bytes`, error);
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Runs of bytes as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
