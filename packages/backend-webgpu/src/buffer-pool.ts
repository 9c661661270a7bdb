/** Makes a buffer, and tells later of one that could not be made. */
export type MakeBuffer = (descriptor: GPUBufferDescriptor, failed: (buffer: GPUBuffer) => void) => GPUBuffer;

/**
 * Buffers by size and usage; what is free is used again. In the place of tfjs's own, which also keeps the buffers that the device could not make: each
 * of them would spoil all that it is used for.
 */
export class BufferPool {
  /** Bytes of the buffers in use. */
  numBytesUsed = 0;
  /** Bytes of all buffers, free ones too. */
  numBytesAllocated = 0;
  private readonly usedBuffers = new Set<GPUBuffer>();
  private readonly invalidBuffers = new WeakSet<GPUBuffer>();
  private freeBuffers = new Map<string, GPUBuffer[]>();

  constructor(private readonly makeBuffer: MakeBuffer) {}

  /** A buffer of `length` bytes, or of a few where that is 0: what a shader reads must hold something. */
  acquireBuffer(length: number, usage: GPUBufferUsageFlags, mappedAtCreation = false, reuse = true): GPUBuffer {
    const size = length === 0 ? minBytes : length;
    const buffer =
      (reuse ? this.freeBuffers.get(keyOf(size, usage))?.pop() : undefined) ??
      this.make({ size, usage, mappedAtCreation });
    this.usedBuffers.add(buffer);
    this.numBytesUsed += size;
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    if (!this.usedBuffers.delete(buffer)) return;
    this.numBytesUsed -= buffer.size;
    if (reuse && !this.invalidBuffers.has(buffer)) this.addFree(buffer);
    else this.destroy(buffer);
  }

  dispose(): void {
    this.destroyFree();
    for (const buffer of this.usedBuffers) this.destroy(buffer);
    this.usedBuffers.clear();
    this.numBytesUsed = 0;
  }

  private make(descriptor: GPUBufferDescriptor): GPUBuffer {
    this.numBytesAllocated += descriptor.size;
    return this.makeBuffer(descriptor, buffer => {
      this.invalidBuffers.add(buffer);
      this.destroyFree(); // so that there is memory for the next one
    });
  }

  private addFree(buffer: GPUBuffer): void {
    const key = keyOf(buffer.size, buffer.usage);
    const alike = this.freeBuffers.get(key);
    if (alike) alike.push(buffer);
    else this.freeBuffers.set(key, [buffer]);
  }

  private destroyFree(): void {
    for (const buffers of this.freeBuffers.values()) for (const buffer of buffers) this.destroy(buffer);
    this.freeBuffers = new Map();
  }

  private destroy(buffer: GPUBuffer): void {
    this.numBytesAllocated -= buffer.size;
    buffer.destroy();
  }
}

/** Bytes of a vec4. */
const minBytes = 16;

const keyOf = (size: number, usage: number) => `${size} ${usage}`;
