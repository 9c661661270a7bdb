import { type AnyLayer, bind, type Dropout, type Layer, type Linear, layer, linear } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import { applyGate } from './activate.js';
import { expectMlpOptions, type MlpOptions, optionalParts } from './options.js';

/** The needs of `gatedMlp`: three linear maps; an activation with weights, a norm and dropout, where it has them. */
export type GatedMlpNeeds = {
  readonly gate: Linear;
  readonly up: Linear;
  readonly down: Linear;
  readonly activation?: AnyLayer<Tensor, Tensor> | undefined;
  readonly hiddenNorm?: AnyLayer<Tensor, Tensor> | undefined;
  readonly dropout: Dropout | undefined;
};

/** The layer of `gatedMlp`. */
export interface GatedMlp extends Layer<GatedMlpNeeds, Tensor, Tensor> {}

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
  const parts: GatedMlpNeeds = { gate, up, down, dropout, ...optionalParts(options) };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      const preActivation = scope.tap('preActivation', part.gate(x)); // [..., hiddenDim]
      const hidden = applyGate(part.activation ?? activation, preActivation, part.up(x));
      return part.down(part.dropout(scope.tap('hidden', part.hiddenNorm?.(hidden) ?? hidden))); // [..., modelDim]
    },
    { name: 'gatedMlp', inDim: modelDim, outDim: modelDim },
  );
}
