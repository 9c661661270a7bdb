import {
  add,
  expectOptions,
  expectShape,
  mean,
  mul,
  showShape,
  square,
  stopGradient,
  sub,
  type Tensor,
  tidy,
} from '@residual/tensor';
import { expectNonNegative } from '../numbers.js';

/** Settings of `quantizationLoss`. */
export interface QuantizationLossOptions {
  /** The weight of what pulls the vectors to their codes; 0.25 if absent. */
  readonly commitment?: number;
}

/**
 * The loss of a vector quantizer (van den Oord et al. 2017), a tensor of shape []: the mean of (quantized -
 * stopGradient(vectors))², which pulls the codebook to the vectors, plus `commitment` times the mean of (vectors -
 * stopGradient(quantized))², which pulls the vectors to their codes. Both are [..., dim], as `quantize` of a
 * `vectorQuantizer` gives them. Errors if their shapes differ.
 */
export function quantizationLoss(
  { vectors, quantized }: { readonly vectors: Tensor; readonly quantized: Tensor },
  options: QuantizationLossOptions = {},
): Tensor {
  expectOptions('quantizationLoss', options, { commitment: 0 });
  const { commitment = 0.25 } = options;
  expectNonNegative('quantizationLoss', 'commitment', commitment);
  expectShape(
    showShape(vectors.shape) === showShape(quantized.shape),
    () =>
      `quantizationLoss: vectors ${showShape(vectors.shape)} and quantized ${showShape(quantized.shape)} must ` +
      'have one shape',
  );
  return tidy(() => {
    const codebook = mean(square(sub(quantized, stopGradient(vectors))));
    return add(codebook, mul(mean(square(sub(vectors, stopGradient(quantized)))), commitment));
  });
}
