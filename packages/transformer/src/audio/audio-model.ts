import {
  bind,
  expectLayers,
  expectPositionEncoding,
  expectSameWidth,
  type Layer,
  layer,
  type PositionEncoding,
  type Scope,
  type Weights,
  zeroPadding,
} from '@residual/layers';
import { expectOptions, ResidualError, showShape, type Tensor } from '@residual/tensor';
import type { TensorLayer } from '../block.js';

/** The parts of `audioModel`. */
export interface AudioModelParts<Encoder extends TensorLayer = TensorLayer> {
  /** From samples [batch, samples, 1] or frames [batch, frames, bins] to vectors [batch, length, modelDim]. */
  readonly features: TensorLayer;
  /** A position encoding that acts on the vectors. */
  readonly positionEncoding?: PositionEncoding | undefined;
  /** A layer on the vectors with their positions, such as a norm. */
  readonly afterEmbedding?: TensorLayer | undefined;
  /** The blocks: [batch, length, modelDim] to the same. */
  readonly encoder: Encoder;
  /** From hidden states to the logits of tokens [batch, length, vocab] or labels [batch, labels]; none if absent. */
  readonly head?: TensorLayer | undefined;
}

/** The needs of an audio model. */
export type AudioModelNeeds<Encoder extends TensorLayer = TensorLayer> = {
  readonly features: TensorLayer;
  readonly positions: PositionEncoding | undefined;
  readonly onEmbedded: TensorLayer | undefined;
  readonly encoder: Encoder;
  readonly head: TensorLayer | undefined;
};

/** A model that reads a sound: to the logits of its head, or the hidden states. */
// biome-ignore lint/suspicious/noExplicitAny: a model of any needs
export interface AudioModel<Needs = any> extends Layer<Needs, Tensor, Tensor> {
  /** The number of tokens or labels of the head; 0 without one. */
  readonly vocab: number;
  /** The width of the hidden states; undefined if no layer states it. */
  readonly dim: number | undefined;
  /** The model without its head, as a layer of the same weights: to the hidden states [batch, length, dim]. */
  readonly hiddenStates: Layer<Needs, Tensor, Tensor>;
}

/**
 * An encoder of sounds, such as wav2vec 2.0 (Baevski et al. 2020): layers that make vectors of samples or frames,
 * positions, blocks and a head. [batch, samples, 1] or [batch, frames, bins] to the logits of the head. The slot
 * `keyRange` holds the padding of the vectors, which are zeros there. Taps: `embedded`, and those of the encoder.
 */
export function audioModel<Encoder extends TensorLayer>(
  parts: AudioModelParts<Encoder>,
): AudioModel<AudioModelNeeds<Encoder>> {
  expectOptions('audioModel', parts, { features: 1, positionEncoding: 0, afterEmbedding: 0, encoder: 1, head: 0 });
  const { features, positionEncoding, afterEmbedding, encoder, head } = parts;
  expectLayers('audioModel', { features, afterEmbedding, encoder, head });
  const { outDim } = features.about;
  const made = outDim === undefined ? undefined : { about: { outDim } };
  expectSameWidth('audioModel', { features: made, afterEmbedding, encoder });
  expectPositionEncoding('audioModel', positionEncoding, 'input', outDim === undefined ? {} : { dim: outDim });
  const needs: AudioModelNeeds<Encoder> = {
    features,
    positions: positionEncoding,
    onEmbedded: afterEmbedding,
    encoder,
    head,
  };
  const run = (w: Weights<AudioModelNeeds>, x: Tensor, scope: Scope) => {
    if (x.shape.length !== 3 || x.size === 0)
      throw new ResidualError(
        'shape',
        `audioModel: x ${showShape(x.shape)} is not [batch, samples, 1] or [batch, frames, bins] of one or more`,
      );
    const part = bind({ features, onEmbedded: afterEmbedding }, w, scope);
    const vectors = zeroPadding(part.features(x), scope);
    const encoded = positionEncoding?.onInput?.(w.positions, vectors, scope.at('positions')) ?? vectors;
    return encoder(w.encoder, scope.tap('embedded', part.onEmbedded(encoded)), scope.at('encoder'));
  };
  const hiddenStates = layer(needs as AudioModelNeeds, run, { name: 'hiddenStates', partial: true });
  const model = layer(
    needs as AudioModelNeeds,
    (w, x: Tensor, scope) => {
      const states = run(w, x, scope);
      return head ? head(w.head, states, scope.at('head')) : states;
    },
    { name: 'audioModel' },
  );
  const properties = { vocab: head?.about.outDim ?? 0, dim: outDim, hiddenStates };
  return Object.assign(model, properties) as unknown as AudioModel<AudioModelNeeds<Encoder>>;
}
