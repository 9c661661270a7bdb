/** Creates a buffer; calls `failed` later if the device could not create it. */
export type MakeBuffer = (descriptor: GPUBufferDescriptor, failed: (buffer: GPUBuffer) => void) => GPUBuffer;

/**
 * A pool of free buffers by size and usage. It replaces that of tfjs, which also keeps buffers that the device failed
 * to create; each use of such a buffer would fail.
 */
export class BufferPool {
  /** Bytes of all buffers in use. */
  numBytesUsed = 0;
  /** Bytes of all buffers, free ones included. */
  numBytesAllocated = 0;
  private readonly usedBuffers = new Set<GPUBuffer>();
  private readonly invalidBuffers = new WeakSet<GPUBuffer>();
  private freeBuffers = new Map<string, GPUBuffer[]>();

  constructor(private readonly makeBuffer: MakeBuffer) {}

  /** A buffer of `length` bytes, or a minimal one if that is 0, since shaders cannot read empty buffers. */
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
      this.destroyFree(); // frees memory for the next one
    });
  }

  private addFree(buffer: GPUBuffer): void {
    const key = keyOf(buffer.size, buffer.usage);
    const sameKind = this.freeBuffers.get(key);
    if (sameKind) sameKind.push(buffer);
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

/** The size of a vec4 in bytes. */
const minBytes = 16;

const keyOf = (size: number, usage: number) => `${size} ${usage}`;
