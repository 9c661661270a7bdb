import { emptyScope, keyRange, type Scope } from '@residual/layers';
import type { imageTextModelOf } from '@residual/model';
import { add, exp, sliceAxis, type Tensor, tensor, tidy } from '@residual/tensor';
import { contrastiveLoss, type Objective } from '@residual/train';
import type { PictureBatch } from './batches.js';
import type { EncodedTexts } from './texts.js';

/** A model of pictures and words as a layer, and its weights. */
export type PictureWordModel = Pick<ReturnType<typeof imageTextModelOf>, 'layer' | 'weights'>;

type Layer = PictureWordModel['layer'];
type Tree = PictureWordModel['weights'];

/** Vectors of labels, of length 1, from an earlier step and without a gradient: [labels, dim]. */
export interface LabelVectors {
  vectors: Tensor | undefined;
}

/** Vectors of pictures [batch, size, size, 3], of length 1: [batch, dim]. */
export function imageVectors(layer: Layer, w: Tree, pixels: Tensor, scope: Scope = emptyScope): Tensor {
  return layer.embedImages(w, { pixels }, scope);
}

/** Vectors of texts, of length 1: [texts, dim]. */
export function textVectors(
  layer: Layer,
  w: Tree,
  { ids, lengths, length }: EncodedTexts,
  scope: Scope = emptyScope,
): Tensor {
  return tidy(() => {
    const keyEnd = tensor(Int32Array.from(lengths), [lengths.length], 'int32');
    return layer.embedTexts(
      w,
      { ids: tensor(ids, [lengths.length, length], 'int32') },
      scope.with(keyRange, { keyEnd }),
    );
  });
}

/**
 * The objective: half the sigmoid of all pairs, half the softmax over the texts of the batch, 0.3 of that over its
 * pictures, and half the softmax of emoji and drawings over all their labels, which moves the pictures alone. There
 * only a picture's own label is right: a goose may be called a bird, but is to be told from one.
 */
export function pictureObjective(layer: Layer, labels: LabelVectors): Objective<Tree, PictureBatch> {
  return {
    tokens: ({ batch }) => batch,
    loss: (w, { pixels, batch, size, texts, positives, labelled, ownLabels }, scope) =>
      tidy(() => {
        const images = imageVectors(layer, w, tensor(pixels, [batch, size, size, 3]), scope);
        const own = textVectors(layer, w, texts, scope);
        const scale = exp(w.logScale);
        const inBatch = contrastiveLoss(
          { images, texts: own, positives: tensor(positives, [batch, texts.lengths.length]), scale, bias: w.bias },
          { sigmoid: 0.5, imageToText: 0.5, textToImage: 0.3 },
        );
        const { vectors } = labels;
        if (!vectors || labelled === 0) return inBatch;
        const isOwn = tensor(ownLabels, [labelled, vectors.shape[0]!]);
        const overLabels = { images: sliceAxis(images, 0, 0, labelled), texts: vectors, positives: isOwn, scale };
        return add(inBatch, contrastiveLoss(overLabels, { imageToText: 0.5, textToImage: 0 }));
      }),
  };
}
