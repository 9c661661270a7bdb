import * as tf from '@tensorflow/tfjs-core';
import type { BufferPool } from './buffer-pool.js';

/** One kernel call of a captured step. Tensors are numbered by first use, the inputs of the step first. */
export interface KernelNode {
  readonly kernel: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputs: readonly { readonly name: string; readonly slot: number; readonly shape: readonly number[] }[];
  readonly output: { readonly slot: number; readonly shape: readonly number[]; readonly dtype: string };
}

/** The slot of a tensor, and its shape and type. */
export interface SlotReference {
  readonly slot: number;
  readonly shape: number[];
  readonly dtype: tf.DataType;
}

/** One kernel call, ready to run on the data of other slots. */
export interface KernelCall {
  readonly kernel: string;
  readonly run: tf.KernelFunc;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly inputSlots: readonly { readonly name: string; readonly slot: number; readonly info: tf.TensorInfo }[];
  /** The argument of the kernel: the infos of `inputSlots`; each call sets their dataIds. */
  readonly inputs: tf.NamedTensorInfoMap;
  readonly output: SlotReference;
  /** The slot whose data the result shares, for a kernel that only changes the shape. */
  readonly aliasOf: number | undefined;
  /** The size in floats of a result whose buffer may be reused; 0 if it may not. */
  readonly reusableSize: number;
  /** Slots that no later call reads, with the `reusableSize` of the call that made them. */
  readonly freedSlots: { readonly slot: number; readonly reusableSize: number }[];
}

/** The slots that a call reads or writes. */
export function slotsUsedBy({ inputSlots, output }: KernelCall): number[] {
  return [...inputSlots.map(({ slot }) => slot), output.slot];
}

/** Runs a kernel and returns the data of its result. */
export function runCall(
  call: KernelCall,
  slotData: readonly object[],
  backend: tf.KernelBackend,
  pool: BufferPool,
): object {
  const { run, inputSlots, inputs, attributes, output, reusableSize } = call;
  for (const { slot, info } of inputSlots) info.dataId = slotData[slot]!;
  const reusable = reusableSize > 0 ? pool.peek(reusableSize) : undefined;
  const target = reusable && { dataId: reusable, shape: output.shape, dtype: output.dtype };
  const request = { inputs, attrs: attributes as unknown as tf.NamedAttrMap, backend, output: target };
  const result = run(request) as tf.TensorInfo;
  if (reusable && result.dataId === reusable) pool.claim(reusableSize);
  return dataOf(result, backend);
}

/**
 * The data of the result of a kernel. A kernel made of tfjs ops returns a tensor, which is disposed so that the engine
 * does not count it.
 */
function dataOf(result: tf.TensorInfo, backend: tf.KernelBackend): object {
  const { dataId } = result;
  if (result instanceof tf.Tensor) {
    backend.incRef(dataId);
    result.dispose();
  }
  return dataId;
}
