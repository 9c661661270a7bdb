import { type AnyLayer, bind, type PositionEncoding, type Weights } from '@residual/layers';
import type { Tensor } from '@residual/tensor';

/**
 * A position encoding of the input that is preceded by a layer, such as a norm, as in the decoder of BlenderbotSmall:
 * the layer reads the embedded tokens [batch, length, dim], and positions are added to its output. Its weights are
 * `onTokens` beside those of the encoding.
 */
export function beforePositions(tokenLayer: AnyLayer<Tensor, Tensor>, encoding: PositionEncoding): PositionEncoding {
  const needs = { ...encoding.needs, onTokens: tokenLayer };
  return {
    ...encoding,
    needs,
    onInput: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { onTokens } = bind({ onTokens: tokenLayer }, weights as never, scope);
      return encoding.onInput!(weights, onTokens(x), scope);
    },
  };
}
