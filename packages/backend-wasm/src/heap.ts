import { ResidualError } from '@residual/tensor';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { gunzipBase64 } from './embedded.js';

/** How large the memory may become, in bytes: tfjs's module stops one page below 4 GB. */
export const limitBytes = 4294901760;

/** What our module exports: functions of pointers and numbers. */
export type KernelExports = Readonly<Record<string, (...numbers: number[]) => number>>;

/** The parts of tfjs's WebAssembly module that its types leave out. */
interface Module {
  readonly HEAPU8: Uint8Array; // replaced when the memory grows: read it anew each time
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** tfjs's backend with the parts of its module that we use. */
export interface SharedBackend extends Omit<BackendWasm, 'wasm'> {
  readonly wasm: Module;
}

/** The memory that tfjs's module and ours work on: where tensors lie in it, room for results, our functions. */
export class Heap {
  /** A tensor that is needed no more: the next `output` of its size takes its place. */
  reusableOutput: TensorInfo | undefined;

  constructor(
    private readonly backend: SharedBackend,
    readonly call: KernelExports,
  ) {}

  /** Byte offset of a tensor's numbers; 0 for an input that is not there. */
  pointer(x: TensorInfo | undefined): number {
    return x ? this.backend.dataIdMap.get(x.dataId).memoryOffset : 0;
  }

  /** The `index`th number of an int32 tensor. */
  int(x: TensorInfo, index = 0): number {
    return this.ints(x)[index]!;
  }

  /** The numbers of an int32 tensor, in place; valid until the next allocation. */
  ints(x: TensorInfo): Int32Array {
    return new Int32Array(this.backend.wasm.HEAPU8.buffer, this.pointer(x), sizeOf(x.shape));
  }

  /** The numbers of a float32 tensor, in place; valid until the next allocation. */
  floats(x: TensorInfo): Float32Array {
    return this.floatsAt(this.pointer(x), sizeOf(x.shape));
  }

  /** `count` floats from a pointer on; valid until the next allocation. */
  floatsAt(pointer: number, count: number): Float32Array {
    return new Float32Array(this.backend.wasm.HEAPU8.buffer, pointer, count);
  }

  /** A new tensor, or the one that is offered, its numbers not yet written. Errors when the memory cannot grow any more. */
  output(shape: number[], dtype: DataType = 'float32'): TensorInfo {
    const { reusableOutput } = this;
    if (reusableOutput && reusableOutput.dtype === dtype && sizeOf(reusableOutput.shape) === sizeOf(shape)) {
      this.reusableOutput = undefined;
      return { dataId: reusableOutput.dataId, shape, dtype };
    }
    const what = () => this.outOfMemory(`a tensor [${shape.join(', ')}]`);
    if (sizeOf(shape) * 4 > limitBytes) throw what(); // tfjs would take the rest of the division by 4 GB
    const output = this.backend.makeOutput(shape, dtype);
    if (this.pointer(output) !== 0) return output;
    this.free(output);
    throw what();
  }

  /** Gives a tensor's memory back, for a kernel that fails after it made its output. */
  free(x: TensorInfo): void {
    this.backend.disposeData(x.dataId);
  }

  /** Runs `use` with room for so many floats, which is given back afterwards. */
  scratch<Result>(floats: number, use: (pointer: number) => Result): Result {
    const pointer = this.backend.wasm._malloc(floats * 4) >>> 0; // a signed number over 2 GB
    if (pointer === 0) throw this.outOfMemory(`${floats * 4} bytes of scratch`);
    try {
      return use(pointer);
    } finally {
      this.backend.wasm._free(pointer);
    }
  }

  /** A handle for a kernel that changes a tensor in place: to its own memory, or to a copy of it where another handle shares it. */
  inPlaceOrCopy(x: TensorInfo): TensorInfo {
    if (this.backend.refCount(x.dataId) === 1) {
      this.backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    }
    const copy = this.output(x.shape, x.dtype);
    const from = this.pointer(x);
    this.backend.wasm.HEAPU8.copyWithin(this.pointer(copy), from, from + 4 * sizeOf(x.shape));
    return copy;
  }

  private outOfMemory(what: string): ResidualError {
    const { byteLength } = this.backend.wasm.asm.memory.buffer;
    return new ResidualError(
      'memory',
      `backend-wasm: no room for ${what}; the memory holds ${byteLength} of at most ${limitBytes} bytes`,
    );
  }
}

/** How many numbers a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

const heaps = /*#__PURE__*/ new WeakMap<object, Heap>();
let compiled: Promise<WebAssembly.Module> | undefined;

/** Instantiates our kernels on the memory of a backend that has just started. */
export async function attachKernels(backend: SharedBackend): Promise<void> {
  compiled ??= import('./generated/kernels.js').then(async ({ bytes }) =>
    WebAssembly.compile(await gunzipBase64(bytes)),
  );
  const instance = await WebAssembly.instantiate(await compiled, { env: { memory: backend.wasm.asm.memory } });
  heaps.set(backend.wasm, new Heap(backend, instance.exports as KernelExports));
}

/** The heap of a running backend. Errors when tfjs's backend had started before this package was imported. */
export function heapOf(backend: unknown): Heap {
  const heap = heaps.get((backend as SharedBackend).wasm);
  if (heap) return heap;
  throw new ResidualError(
    'backend',
    "backend-wasm: tfjs's wasm backend was running before '@residual/backend-wasm' was imported; import it before the first op",
  );
}
