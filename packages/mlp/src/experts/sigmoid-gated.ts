import { type AnyLayer, bind, expectSameWidth, type Layer, type Linear, layer, linear } from '@residual/layers';
import { expectOptions, mul, sigmoid, type Tensor } from '@residual/tensor';

/** The layer of `sigmoidGated`. */
export interface SigmoidGated
  extends Layer<{ readonly gate: Linear; readonly mlp: AnyLayer<Tensor, Tensor> }, Tensor, Tensor> {}

/** Settings of `sigmoidGated`. */
export interface SigmoidGatedOptions {
  /** Width of the input. */
  readonly modelDim: number;
  /** What is scaled. */
  readonly mlp: AnyLayer<Tensor, Tensor>;
}

/**
 * sigmoid(gate(x)) · mlp(x) with one gate for each token: x [..., modelDim] to the same, as the shared expert of Qwen2
 * (Qwen Team 2024).
 */
export function sigmoidGated(options: SigmoidGatedOptions): SigmoidGated {
  expectOptions('sigmoidGated', options, { modelDim: 1, mlp: 1 });
  const { modelDim, mlp } = options;
  const gate = linear({ in: modelDim, out: 1, bias: false });
  expectSameWidth('sigmoidGated', { modelDim: { about: { inDim: modelDim } }, mlp });
  const parts = { gate, mlp };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const { gate, mlp } = bind(parts, w, scope);
      return mul(mlp(x), sigmoid(gate(x)));
    },
    { name: 'sigmoidGated', inDim: modelDim, outDim: modelDim },
  );
}
