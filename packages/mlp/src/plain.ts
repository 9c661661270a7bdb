import { type AnyLayer, bind, type Dropout, type Layer, type Linear, layer, linear } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import { applyActivation } from './activate.js';
import { expectMlpOptions, type MlpOptions, optionalParts } from './options.js';

/** The needs of `mlp`: two linear maps; an activation with weights, a norm and dropout, where it has them. */
export type MlpNeeds = {
  readonly up: Linear;
  readonly down: Linear;
  readonly activation?: AnyLayer<Tensor, Tensor> | undefined;
  readonly hiddenNorm?: AnyLayer<Tensor, Tensor> | undefined;
  readonly dropout: Dropout | undefined;
};

/** The layer of `mlp`. */
export interface Mlp extends Layer<MlpNeeds, Tensor, Tensor> {}

/**
 * down(activation(up(x))): x [..., modelDim] to the same, with a hidden layer [..., hiddenDim] (Vaswani et al. 2017).
 * The defaults are exact `gelu` and biases. Taps: `preActivation`, and `hidden`, the input of `down`.
 */
export function mlp(options: MlpOptions): Mlp {
  expectMlpOptions('mlp', options);
  const { modelDim, hiddenDim = 4 * modelDim, activation = 'gelu', bias = true, dropout } = options;
  const up = linear({ in: modelDim, out: hiddenDim, bias, role: 'up' });
  const down = linear({ in: hiddenDim, out: modelDim, bias, role: 'down' });
  const parts: MlpNeeds = { up, down, dropout, ...optionalParts(options) };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      // Each part as a function of its input alone, with its weights; a part that is absent returns its input.
      const part = bind(parts, w, scope);
      const preActivation = scope.tap('preActivation', part.up(x)); // [..., hiddenDim]
      const hidden = applyActivation(part.activation ?? activation, preActivation);
      // A tap can be read and replaced.
      return part.down(part.dropout(scope.tap('hidden', part.hiddenNorm?.(hidden) ?? hidden))); // [..., modelDim]
    },
    { name: 'mlp', inDim: modelDim, outDim: modelDim },
  );
}
