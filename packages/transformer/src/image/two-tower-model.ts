import {
  type AnyLayer,
  expectLayers,
  type Layer,
  layer,
  type Scope,
  type VectorNeed,
  vector,
  type Weights,
} from '@residual/layers';
import {
  add,
  div,
  exp,
  expectOptions,
  matMul,
  mul,
  ResidualError,
  sqrt,
  square,
  sum,
  type Tensor,
} from '@residual/tensor';
import type { TextInputs } from '../text/text-model.js';
import type { ImageInputs } from './image-model.js';

/** A model of pictures or of texts that gives a vector for each, [batch, dim]. */
export type Tower<Inputs> = AnyLayer<Inputs, Tensor>;

/** The parts of `twoTowerModel`. */
export interface TwoTowerParts<Image extends Tower<ImageInputs>, Text extends Tower<TextInputs>> {
  /** From pictures to [images, dim]. */
  readonly image: Image;
  /** From texts to [texts, dim]. */
  readonly text: Text;
  /** Whether a learned number is added to all logits, as in SigLIP; false if absent. */
  readonly bias?: boolean;
}

/** Pictures and texts that are compared. */
export interface ImagesAndTexts {
  readonly image: ImageInputs;
  readonly text: TextInputs;
}

/** Vectors that are compared: [images, dim] and [texts, dim], each of length 1. */
export interface ImageAndTextVectors {
  readonly images: Tensor;
  readonly texts: Tensor;
}

/** The needs of `twoTowerModel`; their names are paths of weights. */
export type TwoTowerNeeds<Image extends Tower<ImageInputs>, Text extends Tower<TextInputs>> = {
  readonly image: Image;
  readonly text: Text;
  /** The logarithm of the factor on the similarities. */
  readonly logScale: VectorNeed;
  readonly bias: VectorNeed | undefined;
};

/** The layer of `twoTowerModel`. */
export interface TwoTowerModel<
  Image extends Tower<ImageInputs> = Tower<ImageInputs>,
  Text extends Tower<TextInputs> = Tower<TextInputs>,
> extends Layer<TwoTowerNeeds<Image, Text>, ImagesAndTexts, Tensor> {
  readonly image: Image;
  readonly text: Text;
  /** The vectors of pictures, of length 1: [images, dim]. A layer of the same weights. */
  readonly embedImages: Layer<TwoTowerNeeds<Image, Text>, ImageInputs, Tensor>;
  /** The vectors of texts, of length 1: [texts, dim]. A layer of the same weights. */
  readonly embedTexts: Layer<TwoTowerNeeds<Image, Text>, TextInputs, Tensor>;
  /** The logits of vectors, [images, texts]. A layer of the same weights. */
  readonly compare: Layer<TwoTowerNeeds<Image, Text>, ImageAndTextVectors, Tensor>;
}

/** The factor on similarities before training, 1 / 0.07. */
const initialLogScale = 2.6592;

/**
 * Two models that map pictures and texts into one space (Radford et al. 2021, CLIP; Zhai et al. 2023, SigLIP): the
 * cosine of each picture and each text, times e^logScale, plus a bias, [images, texts]. Taps: those of the towers under
 * `image` and `text`, `imageVectors`, `textVectors`, `logits`. Errors if the widths of the vectors differ.
 */
export function twoTowerModel<Image extends Tower<ImageInputs>, Text extends Tower<TextInputs>>(
  parts: TwoTowerParts<Image, Text>,
): TwoTowerModel<Image, Text> {
  expectOptions('twoTowerModel', parts, { image: 1, text: 1, bias: 0 });
  const { image, text, bias = false } = parts;
  expectLayers('twoTowerModel', { image, text });
  expectOneSpace(image.about.outDim, text.about.outDim);
  const needs: TwoTowerNeeds<Image, Text> = {
    image,
    text,
    logScale: vector([], initialLogScale),
    bias: bias ? vector([]) : undefined,
  };
  type W = Weights<TwoTowerNeeds<Tower<ImageInputs>, Tower<TextInputs>>>;
  const embedImages = (w: W, inputs: ImageInputs, scope: Scope) =>
    scope.tap('imageVectors', unit(image(w.image, inputs, scope.at('image'))));
  const embedTexts = (w: W, inputs: TextInputs, scope: Scope) =>
    scope.tap('textVectors', unit(text(w.text, inputs, scope.at('text'))));
  const compare = (w: W, { images, texts }: ImageAndTextVectors, scope: Scope) => {
    const scaled = mul(matMul(images, texts, { transposeB: true }), exp(w.logScale));
    return scope.tap('logits', w.bias ? add(scaled, w.bias) : scaled);
  };
  const model = layer(
    needs,
    (w: W, inputs: ImagesAndTexts, scope) => {
      const vectors = { images: embedImages(w, inputs.image, scope), texts: embedTexts(w, inputs.text, scope) };
      return compare(w, vectors, scope);
    },
    { name: 'twoTowerModel' },
  );
  const partly = { partial: true } as const;
  return Object.assign(model, {
    image,
    text,
    embedImages: layer(needs, embedImages as never, { name: 'embedImages', ...partly }),
    embedTexts: layer(needs, embedTexts as never, { name: 'embedTexts', ...partly }),
    compare: layer(needs, compare as never, { name: 'compare', ...partly }),
  }) as never;
}

function expectOneSpace(image: number | undefined, text: number | undefined): void {
  if (image === undefined || text === undefined || image === text) return;
  throw new ResidualError(
    'fit',
    `twoTowerModel: vectors of pictures are ${image} wide, those of texts ${text}; they must be equal`,
  );
}

/** x / |x| along the last axis. */
function unit(x: Tensor): Tensor {
  return div(x, sqrt(sum(square(x), { axis: -1, keepDims: true })));
}
