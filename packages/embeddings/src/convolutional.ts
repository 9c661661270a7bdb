import type { AnyLayer, PositionEncoding, Scope } from '@residual/layers';
import { add, type Tensor } from '@residual/tensor';

/** The position encoding of `convolutionalPositions`; its needs are those of its layer. */
export interface ConvolutionalPositions<Convolution extends AnyLayer<Tensor, Tensor>>
  extends PositionEncoding<Convolution> {}

/**
 * Positions from what is around each (Mohamed et al. 2019): adds the output of a layer, such as a convolution of many
 * positions with padding, to its input x [batch, length, modelDim]. It has no length limit.
 */
export function convolutionalPositions<Convolution extends AnyLayer<Tensor, Tensor>>(
  convolution: Convolution,
): ConvolutionalPositions<Convolution> {
  const { inDim, outDim } = convolution.about;
  const dim = inDim === outDim ? outDim : undefined;
  return {
    needs: convolution,
    about: { name: 'convolutionalPositions' },
    ...(dim !== undefined && { dim }),
    onInput: (weights, x: Tensor, scope: Scope) => add(x, convolution(weights, x, scope)),
  };
}
