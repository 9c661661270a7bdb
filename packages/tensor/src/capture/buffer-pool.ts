import type { DataId, KernelBackend, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

/** What a kernel is called with, and `output`, if there is data that is needed no more: floats, as many as the result has, to be written over. */
export type BufferReusingCall = Parameters<KernelFunc>[0] & { readonly output?: TensorInfo | undefined };

/** A kernel that may put its result into the `output` of its call. */
export interface BufferReusingKernel {
  (call: BufferReusingCall): TensorInfo;
  readonly reuses: true;
}

/** Says of a kernel that it knows `output`. */
export function withBufferReuse(kernel: (call: BufferReusingCall) => TensorInfo): BufferReusingKernel {
  return Object.assign(kernel, { reuses: true as const });
}

/** Whether a kernel knows `output`. */
export function reusesBuffers(kernel: KernelFunc | BufferReusingKernel): boolean {
  return 'reuses' in kernel;
}

/** The data that a step has made and needs no more, by number of floats. It lasts for one run of the step. */
export class BufferPool {
  private readonly bySize = new Map<number, DataId[]>();
  private readonly backend: KernelBackend;

  constructor(backend: KernelBackend) {
    this.backend = backend;
  }

  /** Data of so many floats, if there is any; it stays here until `take`. */
  peek(size: number): DataId | undefined {
    return this.bySize.get(size)?.at(-1);
  }

  /** What was offered is in use again. */
  claim(size: number): void {
    this.bySize.get(size)!.pop();
  }

  /** Lets go of data; where nothing else shares it and `size` is above 0, it is kept to be written over. */
  release(data: DataId, size: number): void {
    if (size === 0 || this.backend.refCount(data) > 1) {
      this.backend.disposeData(data);
      return;
    }
    const sameSize = this.bySize.get(size);
    if (sameSize) sameSize.push(data);
    else this.bySize.set(size, [data]);
  }

  /** Frees what was not used again. */
  dispose(): void {
    for (const sameSize of this.bySize.values()) for (const data of sameSize) this.backend.disposeData(data);
  }
}
