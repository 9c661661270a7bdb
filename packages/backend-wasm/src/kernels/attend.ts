import { attentionDims, biasStrides } from '@residual/tensor/kernels';
import type { Kernel } from './kernel.js';

/**
 * softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim]. Masked keys are
 * not read. Errors for a row of `beamIndices` outside the batch.
 */
export const attend: Kernel<'attend'> = (heap, inputs, { scale, causal, window, softCap }) => {
  const { query, key, value, bias, position, keyStart, keyEnd, beamIndices } = inputs;
  const { batch, heads, kvHeads, queryLen, keyLen, headDim, valueDim } = attentionDims(inputs);
  const { biasBatch, biasHead, biasRow } = biasStrides(inputs);
  const arrays = [query, key, value, bias].map(x => heap.pointer(x));
  const keyRange = [keyStart, keyEnd, beamIndices].map(x => heap.pointer(x));
  const at = position ? heap.int(position) : keyLen - queryLen;
  return heap.checkedOutput(
    { shape: [batch, heads, queryLen, valueDim] },
    y =>
      heap.scratch(4 * keyLen + 4, scratch =>
        heap.call.attend!(
          ...[...arrays, y, scratch, ...keyRange],
          ...[batch, heads, kvHeads, queryLen, keyLen, headDim, valueDim],
          ...[biasBatch, biasHead, biasRow, at, Number(causal), window, scale, softCap],
        ),
      ),
    wrong => `attend: beamIndices holds ${heap.int(beamIndices!, wrong)}; the batch has rows 0 to ${batch - 1}`,
  );
};
