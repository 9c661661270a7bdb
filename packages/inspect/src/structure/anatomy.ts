import type { AnyLayer } from '@residual/layers';
import { ResidualError, type Tensor, tidy } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';

/** A part of a block that adds to the residual stream. */
export interface BlockPart {
  readonly kind: 'attention' | 'crossAttention' | 'mlp';
  /** Its path; its taps are `<path>.output` and those of the layer. */
  readonly path: string;
  readonly layer: AnyLayer<unknown, Tensor>;
  // biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the layer
  readonly weights: any;
}

/** A block of the stack that ends in the head. */
export interface Block {
  /** Its path; `<path>.input` and `<path>.output` are the residual stream before and after it. */
  readonly path: string;
  readonly parts: readonly BlockPart[];
}

/** Where a language model, or the decoder of an encoder-decoder, keeps what interpretability speaks of. */
export interface Anatomy {
  /** The path of the tap of the embedded input, the residual stream before the first block. */
  readonly embedded: string;
  /** The path of the token embedding, and that of its position encoding. */
  readonly embedding: string;
  readonly positions: string;
  readonly blocks: readonly Block[];
  /** The norm before the head; undefined if there is none. */
  readonly norm: FinalNorm | undefined;
  /** The head: [..., modelDim] to logits [..., vocab]. */
  readonly unembed: (x: Tensor) => Tensor;
  readonly modelDim: number;
  readonly vocab: number;
}

/** The norm of a stack, with its path and weights. */
export interface FinalNorm {
  readonly path: string;
  readonly layer: AnyLayer<Tensor, Tensor>;
  // biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the layer
  readonly weights: any;
}

interface ModelLayer extends AnyLayer {
  readonly unembed: AnyLayer<Tensor, Tensor>;
  readonly dim: number;
  readonly vocab: number;
}

const partKinds = ['attention', 'crossAttention', 'mlp'] as const;

/**
 * The anatomy of a `languageModel` or an `encoderDecoder` (its decoder) of `@residual/transformer`, read from its
 * needs. Errors for another layer.
 */
export function anatomyOf(caller: string, { layer, weights }: BoundLayer): Anatomy {
  if (!('unembed' in layer && 'dim' in layer))
    throw new ResidualError(
      'kind',
      `${caller}: the layer is ${layer.about.name ?? 'a layer of its own'}; this works on a languageModel or an ` +
        'encoderDecoder of @residual/transformer',
    );
  const model = layer as ModelLayer;
  const { decoder } = model.needs as { decoder: AnyLayer };
  const { layers, norm } = decoder.needs as { layers?: readonly AnyLayer[]; norm?: AnyLayer<Tensor, Tensor> };
  if (!layers)
    throw new ResidualError('kind', `${caller}: the decoder is ${decoder.about.name}; this works on a stack of blocks`);
  const isPair = 'source' in model.needs;
  const input = isPair ? 'target.' : '';
  return {
    embedded: `${input}embedded`,
    embedding: `${input}embedding`,
    positions: `${input}positions`,
    blocks: layers.map((block, i) => ({
      path: `decoder.layers.${i}`,
      parts: partsOf(block, weights.decoder.layers[i], `decoder.layers.${i}`),
    })),
    norm: norm && { path: 'decoder.norm', layer: norm, weights: weights.decoder.norm },
    unembed: x => model.unembed(weights, x),
    modelDim: model.dim,
    vocab: model.vocab,
  };
}

function partsOf(block: AnyLayer, weights: Readonly<Record<string, unknown>>, path: string): BlockPart[] {
  const needs = block.needs as Readonly<Record<string, AnyLayer<unknown, Tensor> | undefined>>;
  return partKinds.flatMap(kind => {
    const layer = needs[kind];
    return layer ? [{ kind, path: `${path}.${kind}`, layer, weights: weights[kind] }] : [];
  });
}

/** The logits of a residual stream: final norm and head, [..., modelDim] to [..., vocab]. */
export function logitsOfStream({ norm, unembed }: Anatomy, stream: Tensor): Tensor {
  return tidy(() => unembed(norm ? norm.layer(norm.weights, stream) : stream));
}
