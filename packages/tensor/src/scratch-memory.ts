/**
 * Memory for intermediate results, by name, which is used again: a result is valid until the next one of its name is
 * asked for. Long work in pieces needs no new memory for each piece then.
 */
export class ScratchMemory {
  private readonly buffers = new Map<string, Uint8Array<ArrayBuffer>>();

  /** A number of bytes, aligned to 8, with any content. */
  bytes(name: string, length: number): Uint8Array<ArrayBuffer> {
    const existing = this.buffers.get(name);
    const buffer = existing && existing.length >= length ? existing : new Uint8Array(length);
    this.buffers.set(name, buffer);
    return buffer.subarray(0, length);
  }
}
