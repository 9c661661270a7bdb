import type { Embedding } from '@residual/embeddings';
import { type TokenEmbedding, tiedHead } from '@residual/embeddings';
import {
  type AnyLayer,
  expectSameWidth,
  type Layer,
  layer,
  type Positions,
  slot,
  type Weights,
} from '@residual/layers';
import { gather, type Tensor } from '@residual/tensor';
import type { Part } from './block.js';

/** Which positions get logits, int32 [rows]; all if the slot is empty. Prediction needs only the last one. */
export const readout = /* @__PURE__ */ slot<Tensor>('readout');

/** The parts of a language model. */
export interface LanguageModelParts<Decoder extends Part> {
  readonly embedding: TokenEmbedding;
  /** Positions that act on the input, such as learned ones. */
  readonly positions?: Positions;
  /** A layer on the embedded input, such as a norm or dropout. */
  readonly onEmbedded?: Part;
  readonly decoder: Decoder;
  /** The last matrix, modelDim to vocab; the embedding's own table if absent (tied). */
  readonly head?: AnyLayer<Tensor, Tensor>;
}

/** What it needs. */
export interface LanguageModelNeeds<Decoder> {
  readonly embedding: TokenEmbedding;
  readonly positions: Positions | undefined;
  readonly onEmbedded: Part | undefined;
  readonly decoder: Decoder;
  readonly head: AnyLayer<Tensor, Tensor> | undefined;
}

/** Token ids int32 [batch, length] to logits [batch, length, vocab]. */
export interface LanguageModel<Decoder extends Part> extends Layer<LanguageModelNeeds<Decoder>, Tensor, Tensor> {
  readonly vocab: number;
  readonly dim: number;
}

/**
 * Embedding, positions, decoder and head: ids int32 [batch, length] to logits [batch, length, vocab]. With causal attention one pass gives the
 * prediction at every position. Taps: `embedded`, those of the decoder, `logits`.
 */
export function languageModel<Decoder extends Part>(parts: LanguageModelParts<Decoder>): LanguageModel<Decoder> {
  const { embedding, positions, onEmbedded, decoder, head } = parts;
  expectSameWidth('languageModel', {
    embedding,
    onEmbedded,
    decoder,
    head: head && { about: { reads: head.about.reads } },
  });
  expectVocab(embedding, head);
  const tied = head ? undefined : tiedHead(embedding);
  const { vocab, dim } = embedding;
  const needs: LanguageModelNeeds<Decoder> = { embedding, positions, onEmbedded, decoder, head };
  const model = layer(
    needs,
    (w: Weights<LanguageModelNeeds<Decoder>>, ids: Tensor, scope) => {
      const vectors = embedding(w.embedding, ids, scope.at('embedding'));
      const placed = positions?.onInput ? positions.onInput(w.positions, vectors, scope.at('positions')) : vectors;
      const x = scope.tap('embedded', onEmbedded ? onEmbedded(w.onEmbedded, placed, scope.at('onEmbedded')) : placed);
      const y = decoder(w.decoder, x, scope.at('decoder'));
      const rows = scope.get(readout);
      const read = rows ? gather(y, rows, 1) : y;
      return scope.tap('logits', tied ? tied(w.embedding, read) : head!(w.head, read, scope.at('head')));
    },
    { name: 'languageModel', flops: () => (tied ? 2 * vocab * dim : 0) },
  );
  return Object.assign(model, { vocab, dim });
}

function expectVocab(embedding: TokenEmbedding, head: Embedding | undefined): void {
  expectSameWidth('languageModel', {
    vocabulary: { about: { gives: embedding.vocab } },
    head: head && { about: { gives: head.about.gives } },
  });
}
