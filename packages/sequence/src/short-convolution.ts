import { bind, type Layer, type Linear, layer, linear } from '@residual/layers';
import { expectOptions, mul, split, type Tensor } from '@residual/tensor';
import { type CausalConvolution, causalConvolution } from './causal-convolution.js';

/** Settings of `shortConvolution`. */
export interface ShortConvolutionOptions {
  /** Width of the input and the output. */
  readonly modelDim: number;
  /** How many positions the convolution sees; 3 if absent. */
  readonly kernelSize?: number;
  /** Whether the linear maps and the convolution have biases; false if absent. */
  readonly bias?: boolean;
}

/** The layer of `shortConvolution`. */
export interface ShortConvolution
  extends Layer<
    { readonly input: Linear; readonly convolution: CausalConvolution; readonly output: Linear },
    Tensor,
    Tensor
  > {}

/**
 * The short convolution of LFM2 (Liquid AI 2025) with a gate before it and one after it: x [batch, length, modelDim] to
 * the same. `input` gives three parts b, c and v; output(c · convolution(b · v)).
 */
export function shortConvolution(options: ShortConvolutionOptions): ShortConvolution {
  expectOptions('shortConvolution', options, { modelDim: 1, kernelSize: 0, bias: 0 });
  const { modelDim, kernelSize = 3, bias = false } = options;
  const parts = {
    input: linear({ in: modelDim, out: 3 * modelDim, bias }),
    convolution: causalConvolution({ dim: modelDim, kernelSize, bias }),
    output: linear({ in: modelDim, out: modelDim, bias, role: 'output' }),
  };
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const { input, convolution, output } = bind(parts, w, scope);
      const [before, after, value] = split(input(x), 3) as [Tensor, Tensor, Tensor];
      return output(mul(after, convolution(mul(before, value))));
    },
    { name: 'shortConvolution', inDim: modelDim, outDim: modelDim },
  );
}
