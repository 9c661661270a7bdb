import {
  add,
  affine,
  expectOptions,
  expectShape,
  logSumExp,
  matMul,
  mean,
  mul,
  neg,
  showShape,
  sliceAxis,
  softplus,
  sub,
  sum,
  type Tensor,
  tidy,
  transpose,
} from '@residual/tensor';
import { expectNonNegative } from '../numbers.js';

/** What `contrastiveLoss` compares. */
export interface ContrastiveInputs {
  /** The vectors of the images, of length 1: [batch, dim]. */
  readonly images: Tensor;
  /**
   * The vectors of the texts, of length 1: [texts, dim]; with `textToImage` the first `batch` of them are those of the
   * images.
   */
  readonly texts: Tensor;
  /** 1 where the text describes the image, else 0: [batch, texts]. */
  readonly positives: Tensor;
  /** The similarities are multiplied by it: [] or [1]. */
  readonly scale: Tensor;
  /** Added to the scaled similarities before the sigmoid: [] or [1]; 0 if absent. */
  readonly bias?: Tensor | undefined;
}

/** The weights of the terms of `contrastiveLoss`. */
export interface ContrastiveLossOptions {
  /** Of the sigmoid of each pair; 0 if absent. */
  readonly sigmoid?: number;
  /** Of the softmax over the texts of each image; 0.5 if absent. */
  readonly imageToText?: number;
  /** Of the softmax over the images of each text; 0.5 if absent. */
  readonly textToImage?: number;
}

/** What is added to hide an entry from a softmax. */
const hidden = -1e9;

/**
 * The loss of images and the texts that describe them, a tensor of shape []: the sum of up to three terms. With
 * logits = scale · images textsᵀ these are -log Σ p(positives) of the softmax over the texts of each image and over the
 * images of each of the first `batch` texts (Radford et al. 2021, here with several positives), and the sum of -log
 * sigmoid(± (logits + bias)) over all pairs, divided by batch (Zhai et al. 2023). Each image has a positive among the
 * texts, and each of the first `batch` texts one among the images.
 */
export function contrastiveLoss(inputs: ContrastiveInputs, options: ContrastiveLossOptions = {}): Tensor {
  expectOptions('contrastiveLoss', options, { sigmoid: 0, imageToText: 0, textToImage: 0 });
  const { sigmoid = 0, imageToText = 0.5, textToImage = 0.5 } = options;
  for (const [name, weight] of Object.entries({ sigmoid, imageToText, textToImage }))
    expectNonNegative('contrastiveLoss', name, weight);
  const { images, texts, positives, scale, bias } = inputs;
  expectFit(images, texts, positives);
  const batch = images.shape[0]!;
  expectShape(
    textToImage === 0 || texts.shape[0]! >= batch,
    () => `contrastiveLoss: ${texts.shape[0]} texts are fewer than the ${batch} images, which have one each`,
  );
  return tidy(() => {
    const logits = mul(matMul(images, texts, { transposeB: true }), scale); // [batch, texts]
    const terms: Tensor[] = [];
    if (sigmoid > 0) {
      const sign = affine(positives, -2, 1); // -1 where the text describes the image
      const shifted = bias ? add(logits, bias) : logits;
      terms.push(mul(sum(softplus(mul(shifted, sign))), sigmoid / batch));
    }
    if (imageToText > 0) terms.push(mul(negativeLogShare(logits, positives), imageToText));
    if (textToImage > 0) {
      const paired = (x: Tensor) => transpose(sliceAxis(x, 1, 0, batch), [1, 0]);
      terms.push(mul(negativeLogShare(paired(logits), paired(positives)), textToImage));
    }
    return terms.reduce((total, term) => add(total, term));
  });
}

/** The mean over the rows of -log Σ p, where the sum is over the positives of a row and p is its softmax. */
function negativeLogShare(logits: Tensor, positives: Tensor): Tensor {
  const ofPositives = add(logits, affine(positives, -hidden, hidden));
  return neg(mean(sub(logSumExp(ofPositives), logSumExp(logits))));
}

function expectFit(images: Tensor, texts: Tensor, positives: Tensor): void {
  const [{ shape: image }, { shape: text }, { shape }] = [images, texts, positives];
  expectShape(
    image.length === 2 && text.length === 2 && image[1] === text[1],
    () => `contrastiveLoss: images ${showShape(image)} and texts ${showShape(text)} must be [batch, dim], [texts, dim]`,
  );
  const expected = [image[0]!, text[0]!];
  expectShape(
    showShape(shape) === showShape(expected),
    () => `contrastiveLoss: positives ${showShape(shape)} must be ${showShape(expected)}`,
  );
}
