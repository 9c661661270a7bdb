import type { Plan, PlannedStep } from '@residual/tensor';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { heapOf } from '../heap.js';
import { heapKernelOf } from '../kernels/kernel.js';
import { CallList } from './call-list.js';
import { NotPlanned, PlannedData, PlanningHeap, regions } from './planning-heap.js';
import { type ReturnedResult, WasmPlan } from './wasm-plan.js';

/**
 * Plans a captured step: each kernel runs once on a `PlanningHeap`, which lists its calls. Undefined if one of them is
 * not ours or reads values.
 */
export function planStep(backend: KernelBackend, step: PlannedStep): Plan | undefined {
  const heap = heapOf(backend);
  const calls = new CallList(heap);
  const planning = new PlanningHeap(heap, calls);
  try {
    const { slots, results } = listCalls(planning, step);
    return new WasmPlan(heap, { ...step, calls, slots, results, planning });
  } catch (error) {
    if (error instanceof NotPlanned) return undefined;
    throw error;
  }
}

/** Lists the calls of all kernels; returns the data of each slot and the results that the step returns. */
function listCalls(
  planning: PlanningHeap,
  { calls, consumedInputs, constants, returnedSlots }: PlannedStep,
): { readonly slots: readonly object[]; readonly results: readonly ReturnedResult[] } {
  const slots: object[] = consumedInputs.map((isConsumed, i) => new PlannedData(regions.first + i, 0, 0, isConsumed));
  for (const [slot, dataId] of constants) slots[slot] = dataId;
  const originals = new Map(calls.map(({ output, aliasOf }) => [output.slot, aliasOf]));
  const originalOf = (slot: number): number => {
    const original = originals.get(slot);
    return original === undefined ? slot : originalOf(original);
  };
  const returned = new Set(returnedSlots.map(originalOf));
  const results: ReturnedResult[] = [];
  for (const { run, attributes, inputs, inputSlots, output, aliasOf, freedSlots } of calls) {
    if (aliasOf !== undefined) {
      const data = slots[aliasOf]!;
      slots[output.slot] = data;
      if (data instanceof PlannedData) data.references++;
    } else {
      const isReturned = returned.has(output.slot);
      planning.returnedRegion = isReturned ? regions.first + consumedInputs.length + results.length : undefined;
      const infos = inputSlots.map(({ name, slot, info }) => [name, { ...info, dataId: slots[slot]! }]);
      const named = Object.fromEntries(infos) as typeof inputs; // a list by index
      const kernel = heapKernelOf(run, named, attributes);
      if (!kernel) throw new NotPlanned();
      const { dataId, shape, dtype } = kernel(planning, named as never, attributes as never);
      slots[output.slot] = dataId;
      if (isReturned && isIn(dataId, planning.returnedRegion)) results.push({ shape, dtype });
    }
    for (const { slot } of freedSlots) planning.release(slots[slot]!);
  }
  return { slots, results };
}

const isIn = (data: object, region: number | undefined) => data instanceof PlannedData && data.region === region;
