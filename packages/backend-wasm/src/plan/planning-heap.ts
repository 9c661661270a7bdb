import { sizeOf } from '@residual/tensor/kernels';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { Heap, type KernelExports } from '../heap.js';
import { type CallList, regionBytes } from './call-list.js';

/** The data of an input, an intermediate result or a returned result of a planned step. */
export class PlannedData {
  /** How many slots have this data. */
  references = 1;

  constructor(
    /** The number of its region. */
    readonly region: number,
    /** Where it lies in its region, in bytes. */
    readonly offset = 0,
    /** The bytes of an intermediate result. */
    readonly bytes = 0,
    /** Whether the step consumes it, so that a kernel may write into it. */
    readonly isConsumed = false,
  ) {}
}

/** A kernel reads values, or calls something that a plan cannot hold. */
export class NotPlanned extends Error {}

/** The regions that all plans have; inputs and results follow. */
export const regions = { results: 1, scratch: 2, first: 3 } as const;

/**
 * A heap on which kernels make a plan: their calls are added to a list and do not run. A pointer is the number of a
 * region times its bytes, plus an offset; that of a constant is what it is.
 */
export class PlanningHeap extends Heap {
  /** The bytes of the intermediate results, and of the scratch. */
  resultBytes = 0;
  scratchBytes = 0;
  /** The region of the result of the next call, if the step returns it. */
  returnedRegion: number | undefined;
  private scratchInUse = 0;
  /** The offsets of intermediate results that are free, by bytes. */
  private readonly freed = new Map<number, number[]>();

  constructor(
    private readonly real: Heap,
    calls: CallList,
  ) {
    super(real.backend, callsInto(calls, real.call));
  }

  override pointer(x: Pick<TensorInfo, 'dataId'> | undefined): number {
    const data = x?.dataId;
    return data instanceof PlannedData ? data.region * regionBytes + data.offset : this.real.pointer(x);
  }

  override ints(): Int32Array {
    throw new NotPlanned();
  }

  override floatsAt(): Float32Array {
    throw new NotPlanned();
  }

  override copy(): void {
    throw new NotPlanned();
  }

  override output(shape: number[], dtype: DataType = 'float32'): TensorInfo {
    const region = this.returnedRegion;
    const dataId = region === undefined ? this.intermediate(4 * sizeOf(shape)) : new PlannedData(region);
    return { dataId, shape, dtype };
  }

  override checkedOutput(
    { shape, dtype }: { readonly shape: number[]; readonly dtype?: DataType },
    write: (pointer: number) => number,
  ): TensorInfo {
    const output = this.output(shape, dtype);
    write(this.pointer(output));
    return output;
  }

  override scratch<Result>(floats: number, use: (pointer: number) => Result): Result {
    const offset = this.scratchInUse;
    this.scratchInUse += aligned(4 * floats);
    this.scratchBytes = Math.max(this.scratchBytes, this.scratchInUse);
    try {
      return use(regions.scratch * regionBytes + offset);
    } finally {
      this.scratchInUse = offset;
    }
  }

  override inPlaceOrCopy(x: TensorInfo): TensorInfo {
    if (!(x.dataId instanceof PlannedData && x.dataId.isConsumed)) throw new NotPlanned();
    x.dataId.references++;
    return { ...x };
  }

  /** Takes away one reference; memory without references is used again. */
  release(data: object): void {
    if (!(data instanceof PlannedData) || --data.references > 0 || data.region !== regions.results) return;
    const sameSize = this.freed.get(data.bytes);
    if (sameSize) sameSize.push(data.offset);
    else this.freed.set(data.bytes, [data.offset]);
  }

  private intermediate(size: number): PlannedData {
    const bytes = aligned(size);
    const reused = this.freed.get(bytes)?.pop();
    if (reused !== undefined) return new PlannedData(regions.results, reused, bytes);
    const offset = this.resultBytes;
    this.resultBytes += bytes;
    return new PlannedData(regions.results, offset, bytes);
  }
}

const aligned = (bytes: number) => (bytes + 15) & ~15;

/** The exports of our module, whose kernels are added to a list; functions of sizes run. */
function callsInto(calls: CallList, real: KernelExports): KernelExports {
  const planned = Object.entries(real).map(([name, kernel]): [string, (...numbers: number[]) => number] => {
    if (name.endsWith('Scratch')) return [name, kernel];
    return [
      name,
      (...numbers) => {
        if (!calls.add(name, numbers)) throw new NotPlanned();
        return -1; // no input is out of range
      },
    ];
  });
  return Object.fromEntries(planned);
}
