import { sizeOf } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import type { Kernel } from './kernel.js';

/** log(1 + exp(x)), elementwise. */
export const softplus: Kernel<'softplus'> = (heap, { x }) => {
  const from = heap.pointer(x);
  const y = heap.output(x.shape);
  heap.call.softplus!(from, heap.pointer(y), sizeOf(x.shape));
  return y;
};

/** A depthwise convolution over time, after the inputs `past`. */
export const causalConvolution: Kernel<'causalConvolution'> = (heap, { x, weight, bias, past }) => {
  const [batch, length, dim] = x.shape as [number, number, number];
  const size = weight.shape[1]!;
  const y = heap.output(x.shape);
  return heap.scratch(size * dim, scratch => {
    const pointers = [x, weight, bias, past, y].map(each => heap.pointer(each));
    heap.call.causalConvolution!(...pointers, scratch, batch, length, dim, size);
    return y;
  });
};

/** The scan of Mamba. */
export const selectiveScan: Kernel<'selectiveScan'> = (heap, { x, step, rate, input, output, past }, { keepState }) => {
  const [batch, length, dim] = x.shape as [number, number, number];
  const stateDim = rate.shape[1]!;
  const sizes = { output: x.shape, stateSize: dim * stateDim, keepState };
  return recurrence(heap, [x, step, rate, input, output, past], sizes, pointers =>
    heap.call.selectiveScan!(...pointers, batch, length, dim, stateDim),
  );
};

/** The state space of Mamba 2. */
export const stateSpaceDual: Kernel<'stateSpaceDual'> = (
  heap,
  { x, step, rate, input, output, past },
  { keepState },
) => {
  const [batch, length, heads, headDim] = x.shape as [number, number, number, number];
  const [, , groups, stateDim] = input.shape as [number, number, number, number];
  const sizes = { output: x.shape, stateSize: heads * headDim * stateDim, keepState };
  return recurrence(heap, [x, step, rate, input, output, past], sizes, pointers =>
    heap.call.stateSpaceDual!(...pointers, batch, length, heads, headDim, groups, stateDim),
  );
};

/** The gated delta rule. */
export const gatedDeltaRule: Kernel<'gatedDeltaRule'> = (heap, inputs, { keepState }) => {
  const { query, key, value, logDecay, strength, past } = inputs;
  const [batch, length, heads, valueDim] = value.shape as [number, number, number, number];
  const [, , keyHeads, keyDim] = key.shape as [number, number, number, number];
  const sizes = { output: value.shape, stateSize: heads * keyDim * valueDim, keepState };
  return recurrence(heap, [query, key, value, logDecay, strength, past], sizes, pointers =>
    heap.call.gatedDeltaRule!(...pointers, batch, length, heads, valueDim, keyHeads, keyDim),
  );
};

/**
 * Runs a recurrence on its inputs: into one tensor [batch, numbers of the output and of the state], or with a state in
 * scratch memory if it is not kept.
 */
function recurrence(
  heap: Heap,
  inputs: readonly (TensorInfo | undefined)[],
  sizes: { readonly output: number[]; readonly stateSize: number; readonly keepState: boolean },
  run: (pointers: readonly number[]) => void,
): TensorInfo {
  const { output, stateSize, keepState } = sizes;
  const outputSize = sizeOf(output.slice(1));
  const stride = outputSize + (keepState ? stateSize : 0);
  const y = heap.output(keepState ? [output[0]!, stride] : output);
  const runWith = (state: number, stateStride: number) => {
    const pointers = inputs.map(input => heap.pointer(input));
    run([...pointers, heap.pointer(y), state, stride, stateStride]);
    return y;
  };
  if (keepState) return runWith(heap.pointer(y) + 4 * outputSize, stride);
  return heap.scratch(stateSize, state => runWith(state, 0));
}
