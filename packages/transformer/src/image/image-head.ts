import { expectSameWidth, layer, type Weights } from '@residual/layers';
import type { TensorLayer } from '../block.js';
import { type ImageInputs, type ImageModel, withImageBody } from './image-model.js';

/**
 * An image model with a head on its hidden states, [batch, prefix + patches, dim] to what the head gives: [batch,
 * labels] for one that classifies, [batch, dim] for one that pools. The path of the head is `head`; it finds the
 * padding in `keyRange`. Errors if the head reads another width.
 */
export function withImageHead<Needs extends object, Head extends TensorLayer>(
  body: ImageModel<Needs>,
  head: Head,
): ImageModel<Needs & { readonly head: Head }> {
  const { inDim } = head.about;
  expectSameWidth('withImageHead', {
    'the hidden states': { about: { outDim: body.dim } },
    head: inDim === undefined ? undefined : { about: { inDim } },
  });
  const model = layer(
    { ...body.needs, head },
    (w, inputs: ImageInputs, scope) =>
      head(w.head as never, body.hiddenStates(w as Weights<Needs>, inputs, scope), scope.at('head')),
    { name: 'withImageHead', ...(head.about.outDim && { outDim: head.about.outDim }) },
  );
  return withImageBody(model, body.hiddenStates as never, body) as never;
}
