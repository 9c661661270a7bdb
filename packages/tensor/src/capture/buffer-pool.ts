import type { DataId, KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * The call of a kernel with an optional `output`: a float32 buffer of the size of the result that is free to be
 * overwritten.
 */
export type BufferReusingCall = Parameters<KernelFunc>[0] & { readonly output?: TensorInfo | undefined };

/** A kernel that may write its result into the `output` of its call. */
export interface BufferReusingKernel {
  (call: BufferReusingCall): TensorInfo;
  readonly reuses: true;
}

/** Marks a kernel as one that can use `output`. */
export function withBufferReuse(kernel: (call: BufferReusingCall) => TensorInfo): BufferReusingKernel {
  return Object.assign(kernel, { reuses: true as const });
}

/** Whether a kernel can use `output`. */
export function reusesBuffers(kernel: KernelFunc | BufferReusingKernel): boolean {
  return 'reuses' in kernel;
}

/** The free buffers of one replay, by size in floats. */
export class BufferPool {
  private readonly bySize = new Map<number, DataId[]>();
  private readonly backend: KernelBackend;

  constructor(backend: KernelBackend) {
    this.backend = backend;
  }

  /** A free buffer of `size` floats, if there is one; it stays in the pool until `claim`. */
  peek(size: number): DataId | undefined {
    return this.bySize.get(size)?.at(-1);
  }

  /** Removes the buffer that `peek` returned: it is in use again. */
  claim(size: number): void {
    this.bySize.get(size)!.pop();
  }

  /** Releases data: adds it to the pool if nothing else shares it and `size` is above 0, or else disposes it. */
  release(data: DataId, size: number): void {
    if (size === 0 || this.backend.refCount(data) > 1) {
      this.backend.disposeData(data);
      return;
    }
    const sameSize = this.bySize.get(size);
    if (sameSize) sameSize.push(data);
    else this.bySize.set(size, [data]);
  }

  /** Frees the buffers in the pool. */
  dispose(): void {
    for (const sameSize of this.bySize.values()) for (const data of sameSize) this.backend.disposeData(data);
  }
}
