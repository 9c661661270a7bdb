import type { Plan, PlannedStep } from '@residual/tensor';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { type Heap, heapOf } from '../heap.js';
import { type Arena, arenaOf } from './arena.js';
import type { CallList } from './call-list.js';
import { PlannedData, type PlanningHeap, regions } from './planning-heap.js';

/** A result that a planned step returns in a new tensor. */
export interface ReturnedResult {
  readonly shape: number[];
  readonly dtype: TensorInfo['dtype'];
}

/** What a plan is made of. */
export interface PlanParts extends Pick<PlannedStep, 'consumedInputs' | 'returnedSlots'> {
  /** The calls of its kernels. */
  readonly calls: CallList;
  /** The data of each slot: planned, or that of a constant. */
  readonly slots: readonly object[];
  /** The results that are new tensors; their regions follow those of the inputs. */
  readonly results: readonly ReturnedResult[];
  /** The bytes that it needs while it runs. */
  readonly planning: Pick<PlanningHeap, 'resultBytes' | 'scratchBytes'>;
}

/**
 * A step as words in the memory: one call of WebAssembly runs all its kernels. Before a run the pointers to inputs and
 * results that lie elsewhere than in the run before are written.
 */
export class WasmPlan implements Plan {
  private readonly arena: Arena;
  private readonly pointer: number;
  /** The pointer of each region in the last run. */
  private readonly bases: number[] = [];
  private ints = new Int32Array(0);
  private floats = new Float32Array(0);

  constructor(
    private readonly heap: Heap,
    private readonly parts: PlanParts,
  ) {
    this.arena = arenaOf(heap);
    const { words } = parts.calls;
    this.pointer = heap.allocate(4 * words.length);
    this.arena.retain();
    this.view();
    this.ints.set(words, this.pointer / 4);
  }

  run(backend: KernelBackend, slotData: object[]): boolean {
    const { heap, parts } = this;
    if (heapOf(backend) !== heap || !this.mayWrite(backend, slotData)) return false;
    const results = this.newResults(backend);
    try {
      this.arena.reserve(parts.planning.resultBytes + parts.planning.scratchBytes);
      this.view();
      this.place(slotData, results);
      if (!this.runParts()) {
        disposeAll(backend, results);
        return false;
      }
    } catch (error) {
      disposeAll(backend, results);
      throw error;
    }
    this.giveResults(backend, slotData, results);
    return true;
  }

  dispose(): void {
    this.heap.free(this.pointer);
    this.arena.release();
  }

  /** Whether nobody else has the data of the inputs that the step consumes. */
  private mayWrite(backend: KernelBackend, slotData: readonly object[]): boolean {
    return this.parts.consumedInputs.every((isConsumed, i) => !isConsumed || backend.refCount(slotData[i]!) === 1);
  }

  private newResults(backend: KernelBackend): TensorInfo[] {
    const results: TensorInfo[] = [];
    try {
      for (const { shape, dtype } of this.parts.results) results.push(this.heap.output(shape, dtype));
      return results;
    } catch (error) {
      disposeAll(backend, results);
      throw error;
    }
  }

  /** Looks at the memory again if it has grown. */
  private view(): void {
    const { buffer } = this.heap;
    if (this.ints.buffer === buffer) return;
    this.ints = new Int32Array(buffer);
    this.floats = new Float32Array(buffer);
  }

  /** Writes the pointers into regions that have moved. */
  private place(slotData: readonly object[], results: readonly TensorInfo[]): void {
    const { arena, heap, parts } = this;
    const inputs = parts.consumedInputs.length;
    this.move(regions.results, arena.pointer);
    this.move(regions.scratch, arena.pointer + parts.planning.resultBytes);
    for (let i = 0; i < inputs; i++) this.move(regions.first + i, heap.pointer({ dataId: slotData[i]! }));
    for (const [i, result] of results.entries()) this.move(regions.first + inputs + i, heap.pointer(result));
  }

  private move(region: number, base: number): void {
    if (this.bases[region] === base) return;
    this.bases[region] = base;
    const first = this.pointer / 4;
    for (const { word, offset } of this.parts.calls.pointers[region] ?? []) this.ints[first + word] = base + offset;
  }

  /** Returns false if a kernel has an error. */
  private runParts(): boolean {
    const { heap, pointer } = this;
    const { calls } = this.parts;
    for (const part of calls.parts) {
      if ('to' in part) {
        if (!heap.call.runCalls!(pointer + 4 * part.from, pointer + 4 * part.to)) return false;
      } else {
        const first = pointer / 4 + part.from;
        heap.call[part.kernel]!(...calls.argumentsAt(part.kernel, first, this.ints, this.floats));
      }
    }
    return true;
  }

  /** Writes the data of the returned results, a reference for each. */
  private giveResults(backend: KernelBackend, slotData: object[], results: readonly TensorInfo[]): void {
    const { returnedSlots, slots, consumedInputs } = this.parts;
    const fresh = new Set(results.map(({ dataId }) => dataId));
    const ofRegions = [...slotData.slice(0, consumedInputs.length), ...results.map(({ dataId }) => dataId)];
    for (const slot of returnedSlots) {
      const data = slots[slot]!;
      const dataId = data instanceof PlannedData ? ofRegions[data.region - regions.first]! : data;
      if (!fresh.delete(dataId)) backend.incRef(dataId);
      slotData[slot] = dataId;
    }
  }
}

function disposeAll(backend: KernelBackend, results: readonly TensorInfo[]): void {
  for (const { dataId } of results) backend.disposeData(dataId);
}
