import { bind, expectSameWidth, layer, outputPosition, type VectorNeed } from '@residual/layers';
import { expectOptions } from '@residual/tensor';
import type { TensorLayer } from '../block.js';
import { buildHead, type HeadParts, headOptionNames } from '../head.js';
import { selectLogitPositions } from '../logit-positions.js';
import { neededPosition } from '../output-position.js';
import {
  type TextBodyNeeds,
  type TextEncoderParts,
  type TextInputs,
  type TextModel,
  textEncoder,
  textInputOptionNames,
  withBody,
} from './text-model.js';

/** The parts of `maskedLanguageModel`. */
export interface MaskedLanguageModelParts<Encoder extends TensorLayer> extends TextEncoderParts<Encoder>, HeadParts {
  /** A layer before the head, [batch, length, modelDim] to [batch, length, embedding dim]; none if absent. */
  readonly transform?: TensorLayer | undefined;
}

/** The needs of `maskedLanguageModel`. */
export type MaskedLanguageModelNeeds<Encoder extends TensorLayer> = TextBodyNeeds<'encoder', Encoder> & {
  readonly transform: TensorLayer | undefined;
  readonly head: TensorLayer | undefined;
  readonly logitsBias: VectorNeed | undefined;
};

/**
 * An encoder that predicts every token, such as those behind `[MASK]`, from those around it (Devlin et al. 2019): ids
 * int32 [batch, length] to logits [batch, length, vocab]. The head is tied to the token embedding unless it is given.
 * Taps: those of `textEncoder`, `logits`.
 */
export function maskedLanguageModel<Encoder extends TensorLayer>(
  parts: MaskedLanguageModelParts<Encoder>,
): TextModel<MaskedLanguageModelNeeds<Encoder>> {
  const names = { ...textInputOptionNames, ...headOptionNames, transform: 0, encoder: 1 } as const;
  expectOptions('maskedLanguageModel', parts, names);
  const { transform, head, headScale, logitsBias, ...encoderParts } = parts;
  const body = textEncoder(encoderParts);
  const { embedding, encoder } = parts;
  const width = transform?.about.outDim ?? body.dim;
  expectSameWidth('maskedLanguageModel', {
    'the hidden states': { about: { outDim: body.dim } },
    transform: transform?.about.inDim === undefined ? undefined : { about: { inDim: transform.about.inDim } },
  });
  if (!head) expectSameWidth('maskedLanguageModel', { embedding, transform: { about: { outDim: width } } });
  const { logits, bias, flops } = buildHead('maskedLanguageModel', embedding, {
    head,
    headScale,
    logitsBias,
  } as HeadParts);
  const needs: MaskedLanguageModelNeeds<Encoder> = { ...body.needs, transform, head, logitsBias: bias };
  const model = layer(
    needs,
    (w, inputs: TextInputs, scope) => {
      const position = neededPosition(encoder, inputs.ids.shape[1]!, scope);
      const states = body.hiddenStates(w as never, inputs, scope.with(outputPosition, position));
      const x = position ? states : selectLogitPositions(states, scope);
      return logits(w, w.embedding, bind({ transform }, w, scope).transform(x), scope);
    },
    { name: 'maskedLanguageModel', flops },
  );
  return withBody(model, body.hiddenStates as never, body);
}
