import { attend, type Tensor, tensor, tidy } from '../index.js';
import { expectOp } from './expect-op.js';
import { type Grid, sample } from './grid.js';
import { type AttendCase, referenceAttention } from './reference-attention.js';

/** Query, key and value of prime sizes: batch 2, heads 6, queryLen 3, keyLen 7, headDim 5, valueDim 3. */
export function heads(kvHeads = 6, { batch = 2, queryLen = 3, keyLen = 7 } = {}) {
  return {
    query: sample([batch, 6, queryLen, 5], 3, -2, 2),
    key: sample([batch, kvHeads, keyLen, 5], 5, -2, 2),
    value: sample([batch, kvHeads, keyLen, 3], 7),
  };
}

/**
 * Expects `attend` to equal the reference loops, its gradients to equal finite differences of the loops, and no leak.
 */
export async function expectAttend(attendCase: AttendCase): Promise<void> {
  const { query, key, value, bias, beamIndices, position, keyStart, keyEnd, dropoutMask, ...options } = attendCase;
  const inputs: Record<string, Grid> = { query, key, value, ...(bias && { bias }) };
  await expectOp({
    inputs,
    run: tensors =>
      tidy(() =>
        attend(
          {
            ...(tensors as { query: Tensor; key: Tensor; value: Tensor; bias?: Tensor }),
            position: position === undefined ? undefined : tensor([position], [1], 'int32'),
            keyStart: keyStart && tensor(keyStart, [keyStart.length], 'int32'),
            keyEnd: keyEnd && tensor(keyEnd, [keyEnd.length], 'int32'),
            beamIndices: beamIndices && tensor([...beamIndices.values], beamIndices.shape, 'int32'),
          },
          options,
        ),
      ),
    reference: grids => referenceAttention({ ...attendCase, ...grids }),
    ...(beamIndices && { gradients: [] }),
  });
}
