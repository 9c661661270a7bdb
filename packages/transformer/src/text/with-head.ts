import { expectSameWidth, layer, slot, type Weights } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { TensorLayer } from '../block.js';
import { type TextInputs, type TextModel, withBody } from './text-model.js';

/** The slot for the ids int32 [batch, length] of the text that a head judges. */
export const textIds = /* @__PURE__ */ slot<Tensor>('textIds');

/**
 * A text model with a head on its hidden states, [batch, length, dim] to what the head gives: [batch, labels] for one
 * that classifies texts, [batch, length, labels] for one that classifies tokens. The path of the head is `head`; it
 * finds the ids in the slot `textIds` and the padding in `keyRange`. Errors if the head reads another width.
 */
export function withHead<Needs extends object, Head extends TensorLayer>(
  body: TextModel<Needs>,
  head: Head,
): TextModel<Needs & { readonly head: Head }> {
  const { inDim } = head.about;
  expectSameWidth('withHead', {
    'the hidden states': { about: { outDim: body.dim } },
    head: inDim === undefined ? undefined : { about: { inDim } },
  });
  const needs = { ...body.needs, head };
  const model = layer(
    needs,
    (w, inputs: TextInputs, scope) => {
      const x = body.hiddenStates(w as Weights<Needs>, inputs, scope);
      return head(w.head as never, x, scope.at('head').with(textIds, inputs.ids));
    },
    { name: 'withHead', ...(head.about.outDim && { outDim: head.about.outDim }) },
  );
  return withBody(model, body.hiddenStates as never, body) as never;
}
