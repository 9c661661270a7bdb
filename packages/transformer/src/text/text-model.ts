import type { PositionIds, TokenEmbedding } from '@residual/embeddings';
import { expectSameWidth, type Layer, layer, type Scope, type Weights } from '@residual/layers';
import { expectOptions, ResidualError, showShape, type Tensor, zeros } from '@residual/tensor';
import type { TensorLayer } from '../block.js';
import {
  embedInput,
  expectIds,
  type InputNeeds,
  type InputParts,
  inputNeeds,
  inputOptionNames,
  inputWidth,
} from '../input.js';
import { tokenIds } from '../token-ids.js';

/** What a text model reads. */
export interface TextInputs {
  /** int32 [batch, length]. */
  readonly ids: Tensor;
  /** The type of each token, such as the number of its text in a pair, int32 [batch, length]; all 0 if absent. */
  readonly tokenTypes?: Tensor | undefined;
}

/** A model that reads a text and gives one tensor: hidden states, logits of tokens or scores of labels. */
// biome-ignore lint/suspicious/noExplicitAny: a model of any needs
export interface TextModel<Needs = any> extends Layer<Needs, TextInputs, Tensor> {
  /** The number of tokens. */
  readonly vocab: number;
  /** The number of token types; 0 if it has none. */
  readonly tokenTypes: number;
  /** The width of the hidden states. */
  readonly dim: number;
  /** The model without its head, as a layer of the same weights: to the hidden states [batch, length, dim]. */
  readonly hiddenStates: Layer<Needs, TextInputs, Tensor>;
}

/** The options of the input of a text model. */
export interface TextInputParts extends InputParts {
  /** The embedding of token types, which is added to that of the tokens; none if absent. */
  readonly typeEmbedding?: TokenEmbedding | undefined;
  /** The positions that `positionEncoding` sees; 0 .. length - 1 if absent. */
  readonly positionIds?: PositionIds | undefined;
}

/** Names of the options in `TextInputParts`; 0 marks an optional one. */
export const textInputOptionNames = { ...inputOptionNames, typeEmbedding: 0, positionIds: 0 } as const;

/** The needs of a body: its input, and its blocks under the name of their side. */
export type TextBodyNeeds<Side extends string, Blocks extends TensorLayer> = InputNeeds & {
  readonly types: TokenEmbedding | undefined;
} & { readonly [Name in Side]: Blocks };

/** The parts of `textEncoder`. */
export interface TextEncoderParts<Encoder extends TensorLayer> extends TextInputParts {
  /** The blocks, such as a `stack` without a causal mask: [batch, length, modelDim] to the same. */
  readonly encoder: Encoder;
}

/**
 * Embeddings of tokens, types and positions, and the blocks of an encoder such as BERT (Devlin et al. 2019): ids int32
 * [batch, length] to hidden states [batch, length, modelDim]. The slot `keyRange` holds the padding. Taps: `embedded`,
 * after `afterEmbedding`, which may change the width, and those of the encoder.
 */
export function textEncoder<Encoder extends TensorLayer>(
  parts: TextEncoderParts<Encoder>,
): TextModel<TextBodyNeeds<'encoder', Encoder>> {
  const { encoder, ...input } = parts;
  return textBody('textEncoder', 'encoder', encoder, input);
}

/** The parts of `textDecoder`. */
export interface TextDecoderParts<Decoder extends TensorLayer> extends TextInputParts {
  /** The blocks, such as a `stack` with causal masks: [batch, length, modelDim] to the same. */
  readonly decoder: Decoder;
}

/**
 * A language model without its head, for heads that judge a text: ids int32 [batch, length] to hidden states [batch,
 * length, modelDim]. The weights have the paths of `languageModel`. Taps as in `textEncoder`.
 */
export function textDecoder<Decoder extends TensorLayer>(
  parts: TextDecoderParts<Decoder>,
): TextModel<TextBodyNeeds<'decoder', Decoder>> {
  const { decoder, ...input } = parts;
  return textBody('textDecoder', 'decoder', decoder, input);
}

function textBody<const Side extends 'encoder' | 'decoder', Blocks extends TensorLayer>(
  name: string,
  side: Side,
  blocks: Blocks,
  { typeEmbedding, positionIds, ...parts }: TextInputParts,
): TextModel<TextBodyNeeds<Side, Blocks>> {
  const options = { ...parts, typeEmbedding, positionIds, [side]: blocks };
  expectOptions(name, options, { ...textInputOptionNames, [side]: 1 } as never);
  const input = inputNeeds(name, parts, { mayChangeWidth: true });
  const { embedding } = input;
  expectSameWidth(name, { embedding, typeEmbedding });
  const dim = inputWidth(input);
  expectSameWidth(name, { input: { about: { outDim: dim } }, [side]: blocks });
  const needs = { ...input, types: typeEmbedding, [side]: blocks } as TextBodyNeeds<'encoder', TensorLayer>;
  const run = (w: Weights<typeof needs>, { ids, tokenTypes }: TextInputs, scope: Scope) => {
    expectIds(name, ids);
    const addend = typeVectors(name, typeEmbedding, w.types, { ids, tokenTypes });
    const x = embedInput(name, input, w, ids, scope, { addend, positionIds: positionIds?.(ids) });
    return blocks(w[side as 'encoder'], x, scope.at(side).with(tokenIds, ids));
  };
  const sizes = { vocab: embedding.vocab, tokenTypes: typeEmbedding?.vocab ?? 0, dim };
  return withBody(layer(needs, run, { name, outDim: dim }), run as never, sizes) as never;
}

/** The vectors of the types of a step; undefined without an embedding of types. Throws for types without one. */
function typeVectors(
  name: string,
  types: TokenEmbedding | undefined,
  weights: Weights<TokenEmbedding> | undefined,
  { ids, tokenTypes }: TextInputs,
) {
  if (tokenTypes && !types) throw new ResidualError('fit', `${name}: it has no typeEmbedding for the tokenTypes`);
  if (tokenTypes && tokenTypes.shape.join() !== ids.shape.join())
    throw new ResidualError(
      'shape',
      `${name}: tokenTypes ${showShape(tokenTypes.shape)} and ids ${showShape(ids.shape)} must be equal`,
    );
  return types && ((scope: Scope) => types(weights!, tokenTypes ?? zeros(ids.shape, 'int32'), scope.at('types')));
}

/** A text model from its layer, the formula of its hidden states and its sizes. */
export function withBody<Needs>(
  model: Layer<Needs, TextInputs, Tensor>,
  hiddenStates: (w: never, inputs: TextInputs, scope: Scope) => Tensor,
  { vocab, tokenTypes, dim }: Pick<TextModel, 'vocab' | 'tokenTypes' | 'dim'>,
): TextModel<Needs> {
  const body = layer(model.needs as never, hiddenStates as never, { name: 'hiddenStates', partial: true });
  return Object.assign(model, { vocab, tokenTypes, dim, hiddenStates: body as never });
}
