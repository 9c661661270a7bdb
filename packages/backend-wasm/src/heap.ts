import { ResidualError } from '@residual/tensor';
import { sharedHandle, sizeOf } from '@residual/tensor/kernels';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { gunzipBase64 } from './embedded.js';
import { hasRelaxedSimd } from './relaxed-simd.js';

/** The maximal size of the memory in bytes: the module of tfjs stops one page below 4 GB. */
export const limitBytes = 4294901760;

/** The exports of our module: functions of pointers and numbers. */
export type KernelExports = Readonly<Record<string, (...numbers: number[]) => number>>;

/** The parts of the WebAssembly module of tfjs that its types omit. */
interface Module {
  readonly HEAPU8: Uint8Array; // replaced when the memory grows; do not keep it
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

/** The backend of tfjs with the parts of its module that we use. */
export interface SharedBackend extends Omit<BackendWasm, 'wasm'> {
  readonly wasm: Module;
}

/** The memory that the modules of tfjs and ours share: pointers to tensors, allocation of results, and our kernels. */
export class Heap {
  /** A tensor whose buffer is free: the next `output` of its size reuses it. */
  reusableOutput: TensorInfo | undefined;

  constructor(
    readonly backend: SharedBackend,
    readonly call: KernelExports,
    /** The kernels that another module has too, whose own is not called. */
    readonly replaced: ReadonlySet<string> = new Set(),
  ) {}

  /** The memory; another one after it has grown. */
  get buffer(): ArrayBuffer {
    return this.backend.wasm.HEAPU8.buffer as ArrayBuffer;
  }

  /** The byte offset of the data of a tensor; 0 for an absent input. */
  pointer(x: Pick<TensorInfo, 'dataId'> | undefined): number {
    return x ? this.backend.dataIdMap.get(x.dataId).memoryOffset : 0;
  }

  /** The number at an index of an int32 tensor. */
  int(x: TensorInfo, index = 0): number {
    return this.ints(x)[index]!;
  }

  /** A view of the data of an int32 tensor; valid until the next allocation. */
  ints(x: TensorInfo): Int32Array {
    return new Int32Array(this.backend.wasm.HEAPU8.buffer, this.pointer(x), sizeOf(x.shape));
  }

  /** A view of the data of a float32 tensor; valid until the next allocation. */
  floats(x: TensorInfo): Float32Array {
    return this.floatsAt(this.pointer(x), sizeOf(x.shape));
  }

  /** A view of `count` floats at a pointer; valid until the next allocation. */
  floatsAt(pointer: number, count: number): Float32Array {
    return new Float32Array(this.backend.wasm.HEAPU8.buffer, pointer, count);
  }

  /** Copies `count` floats or integers from a pointer to another. */
  copy(from: number, to: number, count: number): void {
    this.backend.wasm.HEAPU8.copyWithin(to, from, from + 4 * count);
  }

  /** An uninitialized tensor, new or in the reusable buffer. Errors if the memory cannot grow further. */
  output(shape: number[], dtype: DataType = 'float32'): TensorInfo {
    const { reusableOutput } = this;
    if (reusableOutput && reusableOutput.dtype === dtype && sizeOf(reusableOutput.shape) === sizeOf(shape)) {
      this.reusableOutput = undefined;
      return { dataId: reusableOutput.dataId, shape, dtype };
    }
    const what = () => this.outOfMemory(`a tensor [${shape.join(', ')}]`);
    if (sizeOf(shape) * 4 > limitBytes) throw what(); // tfjs would take the size modulo 4 GB
    const output = this.backend.makeOutput(shape, dtype);
    if (this.pointer(output) !== 0) return output;
    this.backend.disposeData(output.dataId);
    throw what();
  }

  /**
   * A tensor that `write` fills at a pointer. If `write` returns the index of an input that is out of range, from 0, it
   * throws `describe(index)`. The tensor is freed when `write` or this throws.
   */
  checkedOutput(
    { shape, dtype = 'float32' }: { readonly shape: number[]; readonly dtype?: DataType },
    write: (pointer: number) => number,
    describe: (index: number) => string,
  ): TensorInfo {
    const output = this.output(shape, dtype);
    try {
      const index = write(this.pointer(output));
      if (index >= 0) throw new ResidualError('range', describe(index));
      return output;
    } catch (error) {
      this.backend.disposeData(output.dataId);
      throw error;
    }
  }

  /** Runs `use` with a scratch buffer of `floats` floats, which is freed afterwards. */
  scratch<Result>(floats: number, use: (pointer: number) => Result): Result {
    const pointer = this.allocate(floats * 4);
    try {
      return use(pointer);
    } finally {
      this.free(pointer);
    }
  }

  /** Memory for a number of bytes, which the caller frees. Errors if the memory cannot grow further. */
  allocate(bytes: number): number {
    const pointer = this.backend.wasm._malloc(bytes) >>> 0; // above 2 GB it is negative
    if (pointer === 0) throw this.outOfMemory(`${bytes} bytes of scratch`);
    return pointer;
  }

  /** Frees memory of `allocate`. */
  free(pointer: number): void {
    this.backend.wasm._free(pointer);
  }

  /**
   * A handle for a kernel that changes a tensor in place: on the same data, or on a copy if another handle shares the
   * data.
   */
  inPlaceOrCopy(x: TensorInfo): TensorInfo {
    if (this.backend.refCount(x.dataId) === 1) {
      return sharedHandle(this.backend as unknown as BackendWasm, x);
    }
    const copy = this.output(x.shape, x.dtype);
    const from = this.pointer(x);
    this.copy(from, this.pointer(copy), sizeOf(x.shape));
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

const heaps = /*#__PURE__*/ new WeakMap<object, Heap>();
let compiled: Promise<readonly WebAssembly.Module[]> | undefined;

/** Our kernels, and after them those that are built again with relaxed SIMD where the engine has it. */
function compileKernels(): Promise<readonly WebAssembly.Module[]> {
  const files: Promise<{ readonly bytes: string }>[] = [import('./generated/kernels.js')];
  if (hasRelaxedSimd()) files.push(import('./generated/relaxed-kernels.js'));
  return Promise.all(files.map(async file => WebAssembly.compile(await gunzipBase64((await file).bytes))));
}

/** Instantiates our kernels on the memory of a backend that has just started. */
export async function attachKernels(backend: SharedBackend): Promise<void> {
  compiled ??= compileKernels();
  const imports = { env: { memory: backend.wasm.asm.memory } };
  const instances = await Promise.all((await compiled).map(module => WebAssembly.instantiate(module, imports)));
  const [exports, ...others] = instances.map(instance => instance.exports);
  const call = Object.assign({}, exports, ...others) as KernelExports;
  const replaced = new Set(others.flatMap(other => Object.keys(other)));
  heaps.set(backend.wasm, new Heap(backend, call, replaced));
}

/** The heap of a running backend. Errors if the backend of tfjs had started before this package was imported. */
export function heapOf(backend: unknown): Heap {
  const heap = heaps.get((backend as SharedBackend).wasm);
  if (heap) return heap;
  throw new ResidualError(
    'backend',
    "backend-wasm: tfjs's wasm backend was running before '@residual/backend-wasm' was imported; import it " +
      'before the first op',
  );
}
