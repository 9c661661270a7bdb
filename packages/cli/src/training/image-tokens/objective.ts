import type { imageTokenizerOf } from '@residual/model';
import { abs, add, mean, mul, sliceAxis, sub, type Tensor, tensor, tidy } from '@residual/tensor';
import { meanSquaredError, type Objective, quantizationLoss } from '@residual/train';
import type { PixelBatch } from './batches.js';

/** An image tokenizer as a layer, and its weights. */
export type ImageTokenizerModel = Pick<ReturnType<typeof imageTokenizerOf>, 'layer' | 'weights'>;

/** How much edges count beside the pixels themselves. */
const edgeWeight = 0.7;

/**
 * The objective: the mean absolute and the mean squared error of the pixels, 0.7 times the mean absolute error of the
 * differences between neighbours, so that edges are sharp, and the loss of the quantizer.
 */
export function reconstructionObjective(
  layer: ImageTokenizerModel['layer'],
): Objective<ImageTokenizerModel['weights'], PixelBatch> {
  return {
    tokens: ({ batch }) => batch,
    loss: (w, batch, scope) =>
      tidy(() => {
        const target = pixelTensor(batch);
        const { pixels, vectors, quantized } = layer.reconstruct(w, target, scope);
        const error = sub(pixels, target);
        const ofPixels = add(mean(abs(error)), meanSquaredError(pixels, target));
        const edges = mul(add(mean(abs(differences(error, 1))), mean(abs(differences(error, 2)))), edgeWeight / 2);
        return add(add(ofPixels, edges), quantizationLoss({ vectors, quantized }));
      }),
  };
}

/** Pictures as a tensor [batch, size, size, 3]. */
export function pixelTensor({ pixels, batch, size }: PixelBatch): Tensor {
  return tensor(pixels, [batch, size, size, 3]);
}

/** Each pixel minus the one before it along an axis. */
function differences(x: Tensor, axis: 1 | 2): Tensor {
  const length = x.shape[axis]! - 1;
  return sub(sliceAxis(x, axis, 1, length), sliceAxis(x, axis, 0, length));
}
