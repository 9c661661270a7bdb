import { type TokenEmbedding, tiedHead } from '@residual/embeddings';
import {
  type AnyLayer,
  expectSameWidth,
  type Layer,
  layer,
  type Positions,
  type Scope,
  type Weights,
} from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type { Part } from './block.js';
import type { CrossStack } from './stack.js';

/** One side of an encoder-decoder: how ids become vectors with positions. */
export interface Side {
  readonly embedding: TokenEmbedding;
  readonly positions?: Positions;
}

/** The parts of an encoder-decoder. */
export interface EncoderDecoderParts {
  readonly source: Side;
  /** The same side as the source if absent: one table for both languages. */
  readonly target?: Side;
  readonly encoder: Part;
  readonly decoder: CrossStack;
  /** modelDim to vocab; the target's table if absent (tied). */
  readonly head?: AnyLayer<Tensor, Tensor>;
}

/** What a decoder step reads: ids int32 [batch, length] and the encoded source [batch, keyLen, modelDim]. */
export interface Decoding {
  readonly ids: Tensor;
  readonly memory: Tensor;
}

type SideNeeds = { embedding: TokenEmbedding; positions: Positions | undefined };

/** What an encoder-decoder needs. */
export interface EncoderDecoderNeeds {
  readonly source: SideNeeds;
  readonly target: SideNeeds | undefined;
  readonly encoder: Part;
  readonly decoder: CrossStack;
  readonly head: AnyLayer<Tensor, Tensor> | undefined;
}

/** Source and target ids to logits, and its two halves alone: the source is encoded once, the target decoded step by step. */
export interface EncoderDecoder
  extends Layer<EncoderDecoderNeeds, { readonly source: Tensor; readonly target: Tensor }, Tensor> {
  /** Source ids int32 [batch, keyLen] to the memory [batch, keyLen, modelDim]. */
  readonly encode: Layer<EncoderDecoderNeeds, Tensor, Tensor>;
  /** Target ids int32 [batch, length] and the memory to logits [batch, length, vocab]. */
  readonly decode: Layer<EncoderDecoderNeeds, Decoding, Tensor>;
}

/** The transformer of "Attention is all you need": an encoder reads the source, a decoder writes the target and looks at what was read. */
export function encoderDecoder({ source, target, encoder, decoder, head }: EncoderDecoderParts): EncoderDecoder {
  const into = target ?? source;
  expectSameWidth('encoderDecoder', { source: source.embedding, target: into.embedding, encoder, decoder });
  const side = ({ embedding, positions }: Side): SideNeeds => ({ embedding, positions });
  const needs: EncoderDecoderNeeds = { source: side(source), target: target && side(target), encoder, decoder, head };
  const tied = head ? undefined : tiedHead(into.embedding);

  const encode = layer(needs, (w, ids: Tensor, scope) => {
    const x = embedded(source, w.source, ids, scope.at('source'));
    return encoder(w.encoder, x, scope.at('encoder'));
  });
  const decode = layer(needs, (w, { ids, memory }: Decoding, scope) => {
    const own = w.target ?? w.source;
    const x = embedded(into, own, ids, scope.at('target'));
    const y = decoder(w.decoder, { x, memory }, scope.at('decoder'));
    return scope.tap('logits', tied ? tied(own.embedding, y) : head!(w.head, y, scope.at('head')));
  });
  const whole = layer(
    needs,
    (w, ids: { readonly source: Tensor; readonly target: Tensor }, scope) =>
      decode(w, { ids: ids.target, memory: encode(w, ids.source, scope) }, scope),
    { name: 'encoderDecoder' },
  );
  return Object.assign(whole, { encode, decode });
}

function embedded({ embedding, positions }: Side, w: Weights<SideNeeds>, ids: Tensor, scope: Scope): Tensor {
  const vectors = embedding(w.embedding, ids, scope.at('embedding'));
  const placed = positions?.onInput ? positions.onInput(w.positions, vectors, scope.at('positions')) : vectors;
  return scope.tap('embedded', placed);
}
