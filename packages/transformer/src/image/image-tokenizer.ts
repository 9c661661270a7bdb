import {
  expectLayers,
  expectSameWidth,
  type Layer,
  layer,
  type Quantized,
  type Scope,
  type VectorQuantizer,
  type Weights,
} from '@residual/layers';
import {
  add,
  expectOptions,
  expectShape,
  greaterEqual,
  maximum,
  mul,
  reshape,
  showShape,
  stopGradient,
  sub,
  type Tensor,
  toFloat,
} from '@residual/tensor';
import type { TensorLayer } from '../block.js';

/** The parts of `imageTokenizer`. */
export interface ImageTokenizerParts {
  /** From pixels [batch, height, width, 3] to vectors [batch, rows, columns, dim]. */
  readonly encoder: TensorLayer;
  /** From vectors to codes and back. */
  readonly quantizer: VectorQuantizer;
  /** From vectors [batch, rows, columns, dim] to pixels [batch, height, width, 3]. */
  readonly decoder: TensorLayer;
}

/** The needs of an image tokenizer: its parts. */
export type ImageTokenizerNeeds = {
  readonly encoder: TensorLayer;
  readonly quantizer: VectorQuantizer;
  readonly decoder: TensorLayer;
};

type TokenizerWeights = Weights<ImageTokenizerNeeds>;

/** Pixels that went through codes, with what the quantizer made of them. */
export interface Reconstruction extends Quantized {
  /** [batch, height, width, 3]. */
  readonly pixels: Tensor;
}

/** The layer of `imageTokenizer`: pixels [batch, height, width, 3] from -1 to 1 to the same. */
export interface ImageTokenizer extends Layer<ImageTokenizerNeeds, Tensor, Tensor> {
  /** The number of different codes. */
  readonly codes: number;
  /** Pixels [batch, height, width, 3] to codes int32 [batch, rows, columns]. A layer of the same weights. */
  readonly encode: Layer<ImageTokenizerNeeds, Tensor, Tensor>;
  /** The vectors of pixels with their codes and those of the codebook. A layer of the same weights. */
  readonly quantize: Layer<ImageTokenizerNeeds, Tensor, Quantized>;
  /**
   * Codes int32 [batch, rows, columns] to pixels [batch, height, width, 3]; where a code is -1, it is not known yet and
   * its vector is 0. A layer of the same weights.
   */
  readonly decode: Layer<ImageTokenizerNeeds, Tensor, Tensor>;
  /** Pixels through codes to pixels, with what a loss needs. A layer of the same weights. */
  readonly reconstruct: Layer<ImageTokenizerNeeds, Tensor, Reconstruction>;
}

/**
 * A vector-quantized autoencoder of pictures (van den Oord et al. 2017): an encoder gives a vector for each position of
 * a grid, a quantizer replaces it by one of its codebook, and a decoder draws the picture from these. A picture is then
 * a grid of codes. Errors if the widths of the parts differ.
 */
export function imageTokenizer(parts: ImageTokenizerParts): ImageTokenizer {
  expectOptions('imageTokenizer', parts, { encoder: 1, quantizer: 1, decoder: 1 });
  const { encoder, quantizer, decoder } = parts;
  expectLayers('imageTokenizer', { encoder, quantizer, decoder });
  const [given, read] = [encoder.about.outDim, decoder.about.inDim];
  expectSameWidth('imageTokenizer', {
    encoder: { about: given === undefined ? {} : { outDim: given } },
    quantizer,
    decoder: { about: read === undefined ? {} : { inDim: read } },
  } as never);
  const needs: ImageTokenizerNeeds = { encoder, quantizer, decoder };
  const encoded = (w: TokenizerWeights, pixels: Tensor, scope: Scope) => {
    expectShape(
      pixels.shape.length === 4,
      () => `imageTokenizer: pixels ${showShape(pixels.shape)} are not [batch, height, width, channels]`,
    );
    return encoder(w.encoder as never, pixels, scope.at('encoder'));
  };
  const decoded = (w: TokenizerWeights, vectors: Tensor, scope: Scope): Tensor =>
    decoder(w.decoder as never, vectors, scope.at('decoder'));
  const tokenizer = layer(
    needs,
    (w, pixels: Tensor, scope) =>
      decoded(w, quantizer(w.quantizer, encoded(w, pixels, scope), scope.at('quantizer')), scope),
    { name: 'imageTokenizer' },
  );
  const quantized = (w: TokenizerWeights, pixels: Tensor, scope: Scope): Quantized =>
    quantizer.quantize(w.quantizer, encoded(w, pixels, scope));
  const quantize = layer(needs, quantized, { name: 'quantize', partial: true });
  const encode = layer(needs, (w, pixels: Tensor, scope) => quantized(w, pixels, scope).codes, {
    name: 'encode',
    partial: true,
  });
  const decode = layer(
    needs,
    (w, codes: Tensor, scope) => {
      expectShape(
        codes.shape.length === 3,
        () => `imageTokenizer: codes ${showShape(codes.shape)} are not [batch, rows, columns]`,
      );
      const isKnown = reshape(toFloat(greaterEqual(codes, 0)), [...codes.shape, 1]);
      return decoded(w, mul(quantizer.lookUp(w.quantizer, maximum(codes, 0)), isKnown), scope);
    },
    { name: 'decode', partial: true },
  );
  const reconstruct = layer(
    needs,
    (w, pixels: Tensor, scope): Reconstruction => {
      const result = quantized(w, pixels, scope);
      const straightThrough = add(result.vectors, stopGradient(sub(result.quantized, result.vectors)));
      return { ...result, pixels: decoded(w, straightThrough, scope) };
    },
    { name: 'reconstruct', partial: true },
  );
  return Object.assign(tokenizer, { codes: quantizer.codes, quantize, encode, decode, reconstruct });
}
