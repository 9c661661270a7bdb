import { type AttendAttributes, type AttendInputs, type KernelInputs, ResidualError } from '@residual/tensor';
import type { Kernel } from './kernel.js';

type Inputs = KernelInputs<AttendInputs>;

/**
 * softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim]. Masked keys are
 * not read.
 */
export const attend: Kernel<Inputs, AttendAttributes> = (heap, inputs, { scale, causal, window, softCap }) => {
  const { query, key, value, bias, position, keyStart, keyLength, source } = inputs;
  const [batch, heads, queryLen, headDim] = query.shape as [number, number, number, number];
  const [, kvHeads, keyLen, valueDim] = value.shape as [number, number, number, number];
  const pointers = [query, key, value, bias].map(x => heap.pointer(x));
  const keyRange = [keyStart, keyLength, source].map(x => heap.pointer(x));
  const at = position ? heap.int(position) : keyLen - queryLen;
  const y = heap.output([batch, heads, queryLen, valueDim]);
  const wrong = heap.scratch(4 * keyLen + 4, scratch =>
    heap.call.attend!(
      ...[...pointers, heap.pointer(y), scratch, ...keyRange],
      ...[batch, heads, kvHeads, queryLen, keyLen, headDim, valueDim],
      ...[...biasStrides(bias?.shape), at, Number(causal), window, scale, softCap],
    ),
  );
  if (wrong < 0) return y;
  heap.free(y);
  throw new ResidualError(
    'range',
    `attend: source holds ${heap.int(source!, wrong)}; the batch has rows 0 to ${batch - 1}`,
  );
};

/** The strides in floats of the axes batch, heads and queryLen of the bias; 0 for an axis of length 1. */
function biasStrides(shape: number[] = [1, 1, 1, 0]): number[] {
  const [batch, heads, queryLen, keyLen] = shape as [number, number, number, number];
  return [
    batch > 1 ? heads * queryLen * keyLen : 0, //
    heads > 1 ? queryLen * keyLen : 0,
    queryLen > 1 ? keyLen : 0,
  ];
}
