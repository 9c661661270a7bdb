import { type Linear, linear } from '@residual/layers';

/** A bias on all four projections, on none, or on those named. */
export type BiasOptions =
  | boolean
  | { readonly query: boolean; readonly key: boolean; readonly value: boolean; readonly output: boolean };

/** The four projections of an attention: modelDim to the heads of the query, keyWidth to those of key and value, the heads back to modelDim. */
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
