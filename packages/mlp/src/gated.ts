import { type Layer, type Linear, layer, linear } from '@residual/layers';
import { gated, type Tensor } from '@residual/tensor';
import type { MlpOptions } from './plain.js';

/** Three linear maps, one of which opens and closes the other. */
export interface GatedMlp
  extends Layer<{ readonly gate: Linear; readonly up: Linear; readonly down: Linear }, Tensor, Tensor> {}

/** down(activation(gate(x)) · up(x)), [..., modelDim] to the same through [..., hiddenDim] (Shazeer 2020). Tap: `hidden`, after the product. */
export function gatedMlp({
  modelDim,
  hiddenDim = 4 * modelDim,
  activation = 'silu',
  bias = false,
}: MlpOptions): GatedMlp {
  const gate = linear({ in: modelDim, out: hiddenDim, bias, role: 'gate' });
  const up = linear({ in: modelDim, out: hiddenDim, bias, role: 'up' });
  const down = linear({ in: hiddenDim, out: modelDim, bias, role: 'down' });
  return layer(
    { gate, up, down },
    (w, x: Tensor, scope) => {
      const [g, u] = [gate(w.gate, x, scope.at('gate')), up(w.up, x, scope.at('up'))];
      return down(w.down, scope.tap('hidden', gated(g, u, activation)), scope.at('down'));
    },
    { name: 'gatedMlp', reads: modelDim, gives: modelDim },
  );
}
