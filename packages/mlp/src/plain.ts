import { bind, type Dropout, type Layer, type Linear, layer, linear } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import { applyActivation } from './activate.js';
import { expectMlpOptions, type MlpOptions } from './options.js';

/** The layer of `mlp`: two linear maps with an activation between them. */
export interface Mlp
  extends Layer<
    { readonly up: Linear; readonly down: Linear; readonly dropout: Dropout | undefined },
    Tensor,
    Tensor
  > {}

/**
 * down(activation(up(x))): x [..., modelDim] to the same, with a hidden layer [..., hiddenDim] (Vaswani et al. 2017).
 * The defaults are exact `gelu` and biases. Taps: `preActivation`, and `hidden`, the input of `down`.
 */
export function mlp(options: MlpOptions): Mlp {
  expectMlpOptions('mlp', options);
  const { modelDim, hiddenDim = 4 * modelDim, activation = 'gelu', bias = true, dropout } = options;
  const up = linear({ in: modelDim, out: hiddenDim, bias, role: 'up' });
  const down = linear({ in: hiddenDim, out: modelDim, bias, role: 'down' });
  const parts = { up, down, dropout };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      // Each part as a function of its input alone, with its weights; a part that is absent returns its input.
      const { up, down, dropout } = bind(parts, w, scope);
      const preActivation = scope.tap('preActivation', up(x)); // [..., hiddenDim]
      const hidden = applyActivation(activation, preActivation);
      return down(dropout(scope.tap('hidden', hidden))); // [..., modelDim]; a tap can be read and replaced
    },
    { name: 'mlp', inDim: modelDim, outDim: modelDim },
  );
}
