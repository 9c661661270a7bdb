import { type Linear, linear } from '@residual/layers';

/** Whether the projections have a bias: all, none, or each one by name. */
export type BiasOptions =
  | boolean
  | { readonly query: boolean; readonly key: boolean; readonly value: boolean; readonly output: boolean };

/**
 * The four projections of an attention: query from modelDim, key and value from keyWidth, output from the heads to
 * modelDim.
 */
export function projections(
  { modelDim, heads, bias = true }: { readonly modelDim: number; readonly heads: number; readonly bias?: BiasOptions },
  { kvHeads, headDim, keyWidth }: { kvHeads: number; headDim: number; keyWidth: number },
): { query: Linear; key: Linear; value: Linear; output: Linear } {
  const has = typeof bias === 'boolean' ? { query: bias, key: bias, value: bias, output: bias } : bias;
  return {
    query: linear({ in: modelDim, out: heads * headDim, bias: has.query, role: 'query', heads }),
    key: linear({ in: keyWidth, out: kvHeads * headDim, bias: has.key, role: 'key', heads: kvHeads }),
    value: linear({ in: keyWidth, out: kvHeads * headDim, bias: has.value, role: 'value', heads: kvHeads }),
    output: linear({ in: heads * headDim, out: modelDim, bias: has.output, role: 'output' }),
  };
}
