import type { AttendAttributes } from '@residual/tensor';
import { attentionDims, biasStrides } from '@residual/tensor/kernels';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Heap } from '../heap.js';
import { cacheFormCodes } from './cache.js';
import type { Kernel } from './kernel.js';

/**
 * softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim]. Masked keys are
 * not read. Errors for a row of `beamIndices` outside the batch.
 */
export const attend: Kernel<'attend'> = (heap, inputs, attributes) =>
  attendOver(heap, inputs, attributes, { form: 'f32', valueDim: inputs.value.shape[3]! });

/** The same over the words of packed caches. */
export const packedAttend: Kernel<'packedAttend'> = (heap, inputs, attributes) =>
  attendOver(heap, inputs, attributes, attributes);

function attendOver(
  heap: Heap,
  inputs: Parameters<Kernel<'attend'>>[1],
  { scale, causal, window, softCap }: AttendAttributes,
  { form, valueDim }: { readonly form: keyof typeof cacheFormCodes; readonly valueDim: number },
): TensorInfo {
  const { query, key, value, bias, position, keyStart, keyEnd, beamIndices } = inputs;
  const { batch, heads, kvHeads, queryLen, keyLen, headDim } = attentionDims(inputs);
  const { biasBatch, biasHead, biasRow } = biasStrides(inputs);
  const code = cacheFormCodes[form];
  const arrays = [query, key, value, bias].map(x => heap.pointer(x));
  const keyRange = [keyStart, keyEnd, beamIndices, position].map(x => heap.pointer(x));
  const rows = (heads / kvHeads) * queryLen;
  return heap.checkedOutput(
    { shape: [batch, heads, queryLen, valueDim] },
    y =>
      heap.scratch(heap.call.attendScratch!(code, rows, headDim, valueDim), scratch =>
        heap.call.attend!(
          ...[code, ...arrays, y, scratch, ...keyRange],
          ...[batch, heads, kvHeads, queryLen, keyLen, headDim, valueDim, key.shape[3]!, value.shape[3]!],
          ...[biasBatch, biasHead, biasRow, keyLen - queryLen, Number(causal), window, scale, softCap],
        ),
      ),
    wrong => `attend: beamIndices holds ${heap.int(beamIndices!, wrong)}; the batch has rows 0 to ${batch - 1}`,
  );
}
