import { type Layer, type Linear, layer, linear } from '@residual/layers';
import { type Activation, activate, type Tensor } from '@residual/tensor';

/** Settings of both perceptrons. */
export interface MlpOptions {
  readonly modelDim: number;
  /** Width in the middle; 4 · modelDim if absent. */
  readonly hiddenDim?: number;
  readonly activation?: Activation;
  readonly bias?: boolean;
}

/** Two linear maps with an activation between. */
export interface Mlp extends Layer<{ readonly up: Linear; readonly down: Linear }, Tensor, Tensor> {}

/** down(activation(up(x))), [..., modelDim] to the same through [..., hiddenDim] (Vaswani et al. 2017). Tap: `hidden`, after the activation. */
export function mlp({ modelDim, hiddenDim = 4 * modelDim, activation = 'gelu', bias = true }: MlpOptions): Mlp {
  const up = linear({ in: modelDim, out: hiddenDim, bias, role: 'up' });
  const down = linear({ in: hiddenDim, out: modelDim, bias, role: 'down' });
  return layer(
    { up, down },
    (w, x: Tensor, scope) => {
      const hidden = scope.tap('hidden', activate(activation, up(w.up, x, scope.at('up'))));
      return down(w.down, hidden, scope.at('down'));
    },
    { name: 'mlp', reads: modelDim, gives: modelDim },
  );
}
