import { bind, type Dropout, type Layer, type Linear, layer, linear } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import { applyGate } from './activate.js';
import { expectMlpOptions, type MlpOptions } from './options.js';

/** The layer of `gatedMlp`: three linear maps. */
export interface GatedMlp
  extends Layer<
    { readonly gate: Linear; readonly up: Linear; readonly down: Linear; readonly dropout: Dropout | undefined },
    Tensor,
    Tensor
  > {}

/**
 * down(activation(gate(x)) · up(x)): x [..., modelDim] to the same, with a hidden layer [..., hiddenDim] (Shazeer
 * 2020). The defaults are those of Llama: `silu`, no biases. Taps: `preActivation`, the output of `gate`, and `hidden`,
 * the input of `down`.
 */
export function gatedMlp(options: MlpOptions): GatedMlp {
  expectMlpOptions('gatedMlp', options);
  const { modelDim, hiddenDim = 4 * modelDim, activation = 'silu', bias = false, dropout } = options;
  const gate = linear({ in: modelDim, out: hiddenDim, bias, role: 'gate' });
  const up = linear({ in: modelDim, out: hiddenDim, bias, role: 'up' });
  const down = linear({ in: hiddenDim, out: modelDim, bias, role: 'down' });
  const parts = { gate, up, down, dropout };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const { gate, up, down, dropout } = bind(parts, w, scope);
      const preActivation = scope.tap('preActivation', gate(x)); // [..., hiddenDim]
      const hidden = applyGate(activation, preActivation, up(x));
      return down(dropout(scope.tap('hidden', hidden))); // [..., modelDim]
    },
    { name: 'gatedMlp', inDim: modelDim, outDim: modelDim },
  );
}
